//! Starting, asking and stopping an emulator.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::bill::Bill;
use crate::clock::Clock;
use crate::directives::parse_list;
use crate::error::EmulatorError;
use crate::faults::{Plan, Rule, check_known, parse_plan};
use crate::journal::RecordedRequest;
use crate::server;
use crate::state::{Options, State};

/// How many bytes of rendered pictures are kept unless said otherwise.
const DEFAULT_CACHE_BYTES: usize = 256 * 1024 * 1024;

/// Decides how an emulator behaves, then starts it.
#[derive(Debug, Clone)]
#[must_use]
pub struct EmulatorBuilder {
    listen: SocketAddr,
    fixed_clock: Option<u64>,
    options: Options,
    rules: Vec<Result<Vec<Rule>, String>>,
}

impl EmulatorBuilder {
    fn new() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            fixed_clock: None,
            rules: Vec::new(),
            options: Options {
                seed: 0,
                step_delay: Duration::ZERO,
                lifecycle: false,
                standing: Vec::new(),
                deployments: Vec::new(),
                url_lifetime: None,
                cache_bytes: DEFAULT_CACHE_BYTES,
            },
        }
    }

    /// Where to listen; by default a free port of 127.0.0.1.
    pub fn listen(mut self, addr: SocketAddr) -> Self {
        self.listen = addr;
        self
    }

    /// The seed of pictures, ids and random faults; by default 0.
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// How long each step of a stream or a task takes; by default no time at all.
    pub fn step_delay(mut self, delay: Duration) -> Self {
        self.options.step_delay = delay;
        self
    }

    /// Makes every reply show this Unix time in seconds.
    pub fn clock_fixed(mut self, unix_seconds: u64) -> Self {
        self.fixed_clock = Some(unix_seconds);
        self
    }

    /// Whether models that OpenAI has shut down are refused on the OpenAI-shaped mounts; by default they are served.
    pub fn enforce_life_cycle(mut self, enforce: bool) -> Self {
        self.options.lifecycle = enforce;
        self
    }

    /// How many bytes of rendered pictures are kept; by default 256 MiB. 0 renders every time.
    pub fn cache_bytes(mut self, bytes: usize) -> Self {
        self.options.cache_bytes = bytes;
        self
    }

    /// Turns modes or faults on for every request, as in `/with/…`: `bare,latest;x` and so on. The page at `/` lists
    /// the names.
    pub fn with(mut self, directives: &str) -> Self {
        self.options.standing.extend(parse_list(directives));
        self
    }

    /// Names an Azure deployment and the model behind it. Without this, a deployment exists if its name contains a
    /// model id.
    pub fn azure_deployment(mut self, name: impl Into<String>, model: impl Into<String>) -> Self {
        self.options.deployments.push((name.into(), model.into()));
        self
    }

    /// How long the URLs of results and uploads live; by default for ever.
    pub fn url_lifetime(mut self, lifetime: Duration) -> Self {
        self.options.url_lifetime = Some(lifetime);
        self
    }

    /// Adds the rules of a fault plan, in TOML or JSON:
    ///
    /// ```toml
    /// [[fault]]
    /// name = "cut;100"     # any fault of the page at `/`, or several, of which one is chosen each time
    /// path = "/v1"         # only paths that contain this
    /// on = "submit"        # submit (the default), poll, upload, download, other or any
    /// nth = 2              # from the second such request on
    /// times = 1            # this often
    /// probability = 0.5    # of 1
    /// ```
    pub fn fault_plan(mut self, text: &str) -> Self {
        self.rules.push(parse_plan(text));
        self
    }

    /// Strikes requests that are charged with one of these faults, at random by the seed: each with `probability`.
    pub fn random_faults(mut self, faults: &str, probability: f64) -> Self {
        self.rules.push(Rule::random(faults, probability).map(|rule| vec![rule]));
        self
    }

    /// Listens and serves, on the current Tokio runtime.
    ///
    /// # Errors
    ///
    /// [`EmulatorError::Listen`] if the address cannot be had, [`EmulatorError::Plan`] and
    /// [`EmulatorError::Directive`] if a fault plan or a name given to the builder is not understood.
    pub async fn start(self) -> Result<Emulator, EmulatorError> {
        check_known(&self.options.standing).map_err(EmulatorError::Directive)?;
        let rules: Result<Vec<Vec<Rule>>, String> = self.rules.into_iter().collect();
        let rules = rules.map_err(EmulatorError::Plan)?.into_iter().flatten().collect();
        let listen_error = |source| EmulatorError::Listen { addr: self.listen, source };
        let listener = TcpListener::bind(self.listen).await.map_err(listen_error)?;
        let addr = listener.local_addr().map_err(listen_error)?;
        let clock = self.fixed_clock.map_or_else(Clock::system, Clock::fixed);
        let plan = Plan::new(rules, self.options.seed);
        let state = Arc::new(State::new(self.options, plan, clock));
        let (stop, stopped) = watch::channel(false);
        let (connect, in_memory) = mpsc::unbounded_channel();
        let task = tokio::spawn(server::run(listener, in_memory, Arc::clone(&state), stopped));
        Ok(Emulator { addr, state, connect, stop, task })
    }
}

/// A running emulator; it stops when it is dropped.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), impasto_emulator::EmulatorError> {
/// let emulator = impasto_emulator::Emulator::builder().seed(7).start().await?;
/// println!("OPENAI_BASE_URL={}", emulator.openai_base_url());
/// assert!(emulator.bill().is_empty());
/// emulator.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Emulator {
    addr: SocketAddr,
    state: Arc<State>,
    connect: mpsc::UnboundedSender<DuplexStream>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Emulator {
    /// A builder with the defaults: a free port of 127.0.0.1, seed 0, no delays, no faults.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::new()
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// `http://ADDRESS:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The base URL for OpenAI clients: `http://ADDRESS:PORT/v1`.
    pub fn openai_base_url(&self) -> String {
        format!("{}/v1", self.url())
    }

    /// The base URL of a seller's mount by its name on the page at `/`, such as `atlas` or `modelverse`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), impasto_emulator::EmulatorError> {
    /// let emulator = impasto_emulator::Emulator::builder().start().await?;
    /// let base = emulator.base_url("atlas");
    /// assert!(base.is_some_and(|base| base.ends_with("/api/v1")));
    /// assert_eq!(emulator.base_url("nobody"), None);
    /// # Ok(())
    /// # }
    /// ```
    pub fn base_url(&self, seller: &str) -> Option<String> {
        let seller = crate::seller::SELLERS.iter().find(|known| known.id == seller)?;
        Some(format!("{}{}", self.url(), seller.mount))
    }

    /// A connection to the emulator that uses no socket: HTTP/1.1 over memory.
    ///
    /// On a runtime whose clock is paused, everything on such a connection happens in virtual time, which sockets do
    /// not allow: a simulation can wait for an hour-long task, or run into a timeout, in no time.
    pub fn connect(&self) -> DuplexStream {
        let (ours, theirs) = server::in_memory();
        // If the emulator has stopped, the caller finds the connection closed.
        let _ = self.connect.send(theirs);
        ours
    }

    /// What was charged so far, to all keys.
    pub fn bill(&self) -> Bill {
        self.state.meter.snapshot()
    }

    /// What arrived so far: the last ten thousand requests, without those to the emulator itself.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.journal.snapshot()
    }

    /// Empties the bill and keeps everything else.
    pub fn reset_bill(&self) {
        self.state.meter.clear();
    }

    /// Forgets bills, records, files, tasks and the counts of faults.
    pub fn reset(&self) {
        self.state.reset();
    }

    /// Waits until the emulator has stopped, which it does only if its task fails; for programs that just serve.
    pub async fn stopped(&mut self) {
        let _ = (&mut self.task).await;
    }

    /// Stops accepting, lets running exchanges finish for a moment, and ends.
    pub async fn shutdown(mut self) {
        let _ = self.stop.send(true);
        tokio::select! {
            _ = &mut self.task => {}
            () = Clock::sleep(Duration::from_millis(500)) => self.task.abort(),
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

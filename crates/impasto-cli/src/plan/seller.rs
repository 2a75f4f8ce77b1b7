//! Who makes the images: a seller whose key is set, or else the built-in emulator.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use impasto::journal::{FileJournal, JobRecord, Journal};
use impasto::ledger::{FileBudget, FileLedger};
use impasto::{ApiKey, Client, ClientBuilder, Deadlines, Origin, PollSchedule, RetryPolicy, Sellers, env};
use impasto_emulator::Emulator;

use crate::args::{ResumeArgs, SellerArgs};
use crate::config;
use crate::failure::Failure;
use crate::plan::{self, Emulated};
use crate::settings::Settings;
use crate::term::Term;

/// The key for whoever needs none.
const ANY_KEY: &str = "emulator";

/// The seller that was chosen, before anything is started.
#[derive(Debug)]
pub(crate) struct Choice {
    builder: ClientBuilder,
    /// No key was found: this mount of the emulator stands in.
    mount: Option<Mount>,
}

#[derive(Debug)]
struct Mount {
    path: String,
    /// The line that says so.
    notice: String,
    /// Whether the user said how often to ask after a task.
    paced: bool,
}

/// A client that is ready to send.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) client: Client,
    /// The built-in emulator, where it stands in.
    pub(crate) emulator: Option<Emulator>,
    /// Whether jobs are written down and can be taken up again.
    pub(crate) journaled: bool,
    /// Whether an emulator answers, the built-in one or another.
    pub(crate) emulated: Emulated,
    /// Where spending is kept.
    pub(crate) ledger: Option<FileLedger>,
}

/// Chooses the seller, and the emulator where its key is missing and no other address was given.
pub(crate) fn choose(args: &SellerArgs) -> Result<Choice, Failure> {
    let sellers = config::sellers()?;
    let named = args.provider.clone().or_else(|| env::read(env::PROVIDER.name));
    let mut builder =
        Client::builder().unchecked(args.unchecked).sellers(sellers.clone()).prices(config::prices()?);
    if let Some(provider) = &args.provider {
        builder = builder.provider(provider);
    }
    if let Some(url) = &args.base_url {
        builder = builder.base_url(url);
    }
    for pair in &args.option {
        let wrong = || Failure::usage("option", format!("{pair}: write NAME=VALUE"));
        let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
        builder = builder.option(name, value);
    }
    builder = patience(builder, args)?;
    if let Some(variable) = &args.api_key_env {
        return Ok(Choice { builder: builder.api_key(key_in(variable)?), mount: None });
    }
    if has_key(&sellers, named.as_deref())? {
        return Ok(Choice { builder, mount: None });
    }
    let id = named.as_deref().unwrap_or("openai");
    let seller = sellers.find(id).map_err(impasto::Error::from)?;
    let elsewhere = seller.auth.base_url_env.as_deref().and_then(env::read);
    match args.base_url.as_deref().or(elsewhere.as_deref()) {
        // Nobody asks for a real key on this machine.
        Some(url) if is_loopback(url) => Ok(Choice { builder: builder.api_key(ANY_KEY), mount: None }),
        // The facade says which key is missing.
        Some(_) => Ok(Choice { builder, mount: None }),
        None => {
            let own = sellers.iter().any(|(known, origin)| known.id == id && *origin != Origin::Builtin);
            let keys = seller.auth.key_env.join(" or ");
            let notice =
                format!("no key found: using the built-in emulator; set {keys} to use {}", seller.name);
            let path = if own { "/v1".to_owned() } else { mount_of(id) };
            Ok(Choice {
                builder: builder.provider(id),
                mount: Some(Mount { path, notice, paced: args.poll_interval.is_some() }),
            })
        }
    }
}

/// The client, and the emulator where it stands in; on a Tokio runtime.
pub(crate) async fn client(choice: Choice, term: &Term) -> Result<Started, Failure> {
    let Some(notice) = choice.notice() else {
        let journal = journal(term);
        let journaled = journal.is_some();
        let builder = match journal {
            Some(journal) => choice.builder.journal(Arc::new(journal)),
            None => choice.builder,
        };
        // Whoever answers here may be an emulator; nobody else is asked about it.
        let emulated = Emulated::default();
        let builder = builder.transport(emulated.watching());
        let ledger = config::ledger().map(|ledger| ledger.with_emulated(emulated.flag()));
        let builder = accounted(builder, ledger.as_ref())?;
        return Ok(Started { client: builder.build()?, emulator: None, journaled, emulated, ledger });
    };
    term.say(notice);
    let emulator = emulator().await?;
    let emulated = Emulated::yes();
    let ledger = config::ledger().map(|ledger| ledger.with_emulated(emulated.flag()));
    let choice = match ledger.clone() {
        Some(ledger) => choice.with(|builder| builder.ledger(Arc::new(ledger))),
        None => choice,
    };
    let client = choice.at_emulator(&emulator.url())?;
    // Its tasks end with it, so there is nothing to take up again.
    Ok(Started { client, emulator: Some(emulator), journaled: false, emulated, ledger })
}

/// The built-in emulator.
pub(crate) async fn emulator() -> Result<Emulator, Failure> {
    let started = Emulator::builder().start().await;
    started.map_err(|error| Failure::own(format!("the built-in emulator did not start: {error}")))
}

/// With the ledger, and with the limits of the settings, which need one.
fn accounted(builder: ClientBuilder, ledger: Option<&FileLedger>) -> Result<ClientBuilder, Failure> {
    let limits = Settings::load()?.get("budget")?.as_deref().map(plan::limits).transpose()?;
    let Some(ledger) = ledger else {
        let message =
            "a budget needs a ledger, and there is no place for it: neither XDG_STATE_HOME nor HOME is set";
        return if limits.is_some() { Err(Failure::setup(message)) } else { Ok(builder) };
    };
    let builder = builder.ledger(Arc::new(ledger.clone()));
    Ok(match limits {
        Some(limits) => builder.budget(Arc::new(FileBudget::new(ledger.clone(), limits))),
        None => builder,
    })
}

/// Where jobs are written down. A machine without such a place can make images all the same.
pub(crate) fn journal(term: &Term) -> Option<FileJournal> {
    let journal = config::jobs()?;
    match std::fs::create_dir_all(journal.directory()) {
        Ok(()) => Some(journal),
        Err(error) => {
            let folder = journal.directory().display();
            term.say(format_args!("jobs are not written down, and are lost in a crash: {folder}: {error}"));
            None
        }
    }
}

/// The client of a job that was written down. `emulated` then tells whether an emulator answers it.
pub(crate) fn client_of(
    record: &JobRecord,
    args: &ResumeArgs,
    journal: Arc<dyn Journal>,
    emulated: &Emulated,
) -> Result<Client, Failure> {
    let sellers = config::sellers()?;
    let address = &record.address;
    let known = has_key(&sellers, Some(&address.seller))?;
    let mut builder = wait(Client::builder(), args.timeout, args.poll_interval)?
        .sellers(sellers)
        .prices(config::prices()?)
        .address(address)
        .transport(emulated.watching())
        .journal(journal);
    if let Some(ledger) = config::ledger() {
        builder = builder.ledger(Arc::new(ledger.with_emulated(emulated.flag())));
    }
    if let Some(variable) = &args.api_key_env {
        builder = builder.api_key(key_in(variable)?);
    } else if !known && is_loopback(&address.base_url) {
        builder = builder.api_key(ANY_KEY);
    }
    Ok(builder.build()?)
}

impl Choice {
    /// That the emulator stands in, and why.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.mount.as_ref().map(|mount| mount.notice.as_str())
    }

    /// The same with further settings.
    pub(crate) fn with(mut self, set: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Self {
        self.builder = set(self.builder);
        self
    }

    /// A client of the emulator at `url` where it stands in, of the seller itself where not.
    pub(crate) fn at_emulator(self, url: &str) -> Result<Client, Failure> {
        let Some(mount) = self.mount else { return Ok(self.builder.build()?) };
        let mut builder = self.builder.base_url(format!("{url}{}", mount.path)).api_key(ANY_KEY);
        if !mount.paced {
            // Nobody really works behind it, so there is no usual duration to wait for.
            builder = builder.polls(steady(Duration::from_millis(250)));
        }
        Ok(builder.build()?)
    }

    /// A client that prices requests and never sends them.
    pub(crate) fn unsent(self) -> Result<Client, Failure> {
        Ok(self.builder.without_key().build()?)
    }

    /// A client that shows its requests and never sends them: a key is not needed for that.
    pub(crate) fn dry(self, term: &Term) -> Result<Client, Failure> {
        if let Some(mount) = &self.mount {
            term.say(format_args!("{} (this dry run shows the request to the seller itself)", mount.notice));
        }
        Ok(self.builder.without_key().build()?)
    }
}

/// How long to wait and how often to try.
fn patience(builder: ClientBuilder, args: &SellerArgs) -> Result<ClientBuilder, Failure> {
    let mut builder = wait(builder, args.timeout, args.poll_interval)?;
    if let Some(seconds) = args.price_wait {
        builder = builder.price_wait(Duration::from_secs(seconds));
    }
    Ok(match args.retries {
        Some(retries) => builder.retry(RetryPolicy::default().with_max_attempts(retries.saturating_add(1))),
        None => builder,
    })
}

/// How long to wait, in seconds: for one exchange, and for a task from beginning to end; and how often to ask after
/// it.
fn wait(
    mut builder: ClientBuilder,
    timeout: Option<u64>,
    interval: Option<f64>,
) -> Result<ClientBuilder, Failure> {
    if let Some(limit) = timeout.map(Duration::from_secs) {
        let each = Some(limit);
        let deadlines = Deadlines::new().with_total(each).with_first_byte(each).with_idle(each);
        builder = builder.deadlines(deadlines).poll_deadline(limit);
    }
    let Some(seconds) = interval else { return Ok(builder) };
    let every = Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|every| !every.is_zero() && *every <= Duration::from_secs(3_600))
        .ok_or_else(|| {
            Failure::usage("poll_interval", format!("{seconds} is not above 0 and at most 3600 seconds"))
        })?;
    let mut polls = PollSchedule::default();
    (polls.first, polls.next, polls.cap, polls.growth) = (every, every, every, 1.0);
    Ok(builder.polls(polls))
}

/// A look after every such time.
fn steady(every: Duration) -> PollSchedule {
    let mut polls = PollSchedule::default();
    (polls.first, polls.next, polls.cap, polls.growth) = (every, every, every, 1.0);
    polls
}

/// The key in this variable, which the user named.
fn key_in(variable: &str) -> Result<String, Failure> {
    let key = env::read(variable).ok_or_else(|| {
        Failure::missing_key(format!("the environment variable {variable} is not set or empty"))
            .with_field("api_key_env")
    })?;
    // Checked here too, because only here it is known which variable to mend.
    match ApiKey::new(key.clone()) {
        Ok(_) => Ok(key),
        Err(error) => Err(Failure::setup(format!("{variable}: {error}")).with_field("api_key_env")),
    }
}

/// Whether the seller's key is set; any seller's, where none is named.
fn has_key(sellers: &Sellers, named: Option<&str>) -> Result<bool, Failure> {
    let set = |seller: &impasto::Seller| seller.auth.key_env.iter().any(|name| env::read(name).is_some());
    match named {
        Some(id) => Ok(set(sellers.find(id).map_err(impasto::Error::from)?)),
        None => Ok(sellers.iter().any(|(seller, _)| set(seller))),
    }
}

/// Where the emulator speaks as this seller, as its page at `/` lists it.
pub(crate) fn mount_of(seller: &str) -> String {
    match seller {
        "openai" => "/v1".to_owned(),
        "azure" => "/azure".to_owned(),
        "azure-v1" => "/azure/openai/v1".to_owned(),
        "atlas" => "/api/v1".to_owned(),
        "openrouter" => "/openrouter/api/v1".to_owned(),
        "lumenfall" => "/lumenfall/openai/v1".to_owned(),
        other => format!("/{other}/v1"),
    }
}

/// Whether a URL stays on this machine.
pub(crate) fn is_loopback(url: &str) -> bool {
    let rest = url.trim().split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_this_machine_is_loopback() {
        for url in
            ["http://127.0.0.1:4010/v1", "http://localhost/v1", "http://[::1]:80/v1", "HTTP://LOCALHOST:1"]
        {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://api.openai.com/v1",
            "http://127.0.0.1.example.com/v1",
            "http://127.0.0.1@example.com/v1",
            "http://localhost.example.com",
            "http://10.0.0.1/v1",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}

//! A server with its emulator and folder, and a client that calls it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use impasto::budget::{Budget, MemoryBudget};
use impasto::journal::{FileJournal, JobRecord};
use impasto::{Client, ClientBuilder, Currency, Money, PollSchedule, Sellers};
use impasto_emulator::Emulator;
use impasto_mcp::{Clients, Error, Server, Settings};
use rmcp::model::{
    CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, Implementation,
    ProgressNotificationParam,
};
use rmcp::service::{NotificationContext, RunningService};
use rmcp::{ClientHandler, RoleClient, ServiceExt as _};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The key that must never be seen.
pub(crate) const KEY: &str = "sk-very-secret-key";

/// Clients of the emulator, which is said to be none where `notice` is empty.
#[derive(Debug)]
struct Emulated {
    url: String,
    budget: Arc<dyn Budget>,
    journal: FileJournal,
    notice: Option<String>,
    poll_every: Duration,
}

impl Emulated {
    fn builder(&self, provider: Option<&str>) -> ClientBuilder {
        let provider = provider.unwrap_or("openai");
        let mount = if provider == "atlas" { "/api/v1" } else { "/v1" };
        let every = self.poll_every;
        let mut polls = PollSchedule::default();
        (polls.first, polls.next, polls.cap) = (every, every, every);
        Client::builder()
            .ignore_env()
            .provider(provider)
            .api_key(KEY)
            .base_url(format!("{}{mount}", self.url))
            .model("gpt-image-2")
            .polls(polls)
            .budget(Arc::clone(&self.budget))
            .journal(Arc::new(self.journal.clone()))
    }
}

#[async_trait]
impl Clients for Emulated {
    async fn client(&self, provider: Option<&str>) -> Result<Client, Error> {
        Ok(self.builder(provider).build()?)
    }

    fn unsent(&self, provider: Option<&str>) -> Result<Client, Error> {
        Ok(self.builder(provider).without_key().build()?)
    }

    fn client_of(&self, record: &JobRecord) -> Result<Client, Error> {
        Ok(self.builder(Some(&record.address.seller)).address(&record.address).build()?)
    }

    fn emulated(&self) -> Option<String> {
        self.notice.clone()
    }
}

/// An emulator, a folder, and the servers on them.
pub(crate) struct House {
    pub(crate) emulator: Arc<Emulator>,
    pub(crate) folder: TempDir,
    pub(crate) budget: Arc<MemoryBudget>,
    /// Modes and faults of the emulator, by path.
    with: String,
    notice: Option<String>,
    /// How often a task is asked after.
    pub(crate) poll_every: Duration,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with_budget("5").await
    }

    pub(crate) async fn with_budget(dollars: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["files", "state"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let limit = Money::parse(dollars, Currency::Usd).unwrap();
        Self {
            emulator: Arc::new(Emulator::builder().start().await.unwrap()),
            folder,
            budget: Arc::new(MemoryBudget::new(limit)),
            with: String::new(),
            notice: None,
            poll_every: Duration::from_millis(5),
        }
    }

    /// The same with modes and faults, such as `server-error`.
    pub(crate) fn faulty(mut self, with: &str) -> Self {
        self.with = format!("/with/{with}");
        self
    }

    /// The same, openly emulated.
    pub(crate) fn noticed(mut self) -> Self {
        self.notice = Some("no key found: using the built-in emulator".to_owned());
        self
    }

    /// The allowed folder, its links followed.
    pub(crate) fn files(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join("files")
    }

    pub(crate) fn settings(&self) -> Settings {
        let state = self.folder.path().join("state");
        let journal = FileJournal::new(state.join("jobs"));
        let clients = Emulated {
            url: format!("{}{}", self.emulator.url(), self.with),
            budget: self.budget.clone(),
            journal: journal.clone(),
            notice: self.notice.clone(),
            poll_every: self.poll_every,
        };
        let sellers = Sellers::builtin().unwrap();
        let mut settings = Settings::new(Arc::new(clients), self.budget.clone(), sellers, self.files());
        settings.journal = Some(journal);
        settings.receipts = Some(state.join("receipts"));
        settings
    }

    /// A server, and a client of it.
    pub(crate) async fn session(&self) -> Session {
        Session::open(Server::new(self.settings()), Listener::default()).await
    }

    /// How often something was charged.
    pub(crate) fn charges(&self) -> usize {
        self.emulator.bill().for_key(KEY).len()
    }

    /// A picture in the allowed folder.
    pub(crate) async fn picture(&self, name: &str) -> PathBuf {
        let url = self.emulator.openai_base_url();
        let client = Client::builder().ignore_env().provider("openai").api_key("sk-other").base_url(url);
        let call = client.build().unwrap().generate("a picture").model("gpt-image-2").quality("low");
        let made = call.size("1024x1024").save(self.files().join(name)).await.unwrap();
        made.first().path().unwrap().to_owned()
    }
}

/// A client that hears of progress, and announces folders if it has any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listener {
    pub(crate) heard: Arc<Mutex<Vec<ProgressNotificationParam>>>,
    pub(crate) folders: Option<Vec<PathBuf>>,
}

impl ClientHandler for Listener {
    async fn on_progress(&self, params: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.heard.lock().unwrap().push(params);
    }

    #[expect(deprecated, reason = "the clients of today announce roots")]
    async fn list_roots(
        &self,
        _: rmcp::service::RequestContext<RoleClient>,
    ) -> Result<rmcp::model::ListRootsResult, rmcp::ErrorData> {
        let folders = self.folders.iter().flatten();
        let roots = folders.map(|folder| rmcp::model::Root::new(format!("file://{}", folder.display())));
        Ok(rmcp::model::ListRootsResult::new(roots.collect()))
    }

    #[expect(deprecated, reason = "the clients of today announce roots")]
    fn get_info(&self) -> ClientConfig {
        let capabilities = match self.folders {
            Some(_) => ClientCapabilities::builder().enable_roots().build(),
            None => ClientCapabilities::default(),
        };
        ClientConfig::new(capabilities, Implementation::new("test-client", "1.0.0"))
    }
}

/// A client of a server in this process.
pub(crate) struct Session {
    pub(crate) client: RunningService<RoleClient, Listener>,
}

impl Session {
    pub(crate) async fn open(server: Server, listener: Listener) -> Self {
        let (here, there) = tokio::io::duplex(1 << 16);
        tokio::spawn(async move {
            let running = server.serve(there).await.unwrap();
            running.waiting().await.unwrap();
        });
        Self { client: listener.serve(here).await.unwrap() }
    }

    pub(crate) async fn raw(&self, tool: &'static str, arguments: Value) -> CallToolResult {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let params = CallToolRequestParams::new(tool).with_arguments(arguments);
        let result = self.client.call_tool(params).await.unwrap();
        let shown = serde_json::to_string(&result).unwrap();
        assert!(!shown.contains(KEY), "a key was shown: {shown}");
        result
    }

    /// The structure of a result that has to be a success.
    pub(crate) async fn call(&self, tool: &'static str, arguments: Value) -> Value {
        let result = self.raw(tool, arguments).await;
        let structure = result.structured_content.unwrap();
        assert_eq!(result.is_error, Some(false), "{tool}: {structure}");
        structure
    }

    /// The structure of a result that has to be a failure.
    pub(crate) async fn fail(&self, tool: &'static str, arguments: Value) -> Value {
        let result = self.raw(tool, arguments).await;
        let structure = result.structured_content.unwrap();
        assert_eq!(result.is_error, Some(true), "{tool}: {structure}");
        structure
    }
}

/// A small image, with these arguments besides.
pub(crate) fn small(more: Value) -> Value {
    let mut arguments = json!({ "prompt": "a fox", "quality": "low", "size": "1024x1024" });
    if let (Value::Object(arguments), Value::Object(more)) = (&mut arguments, more) {
        arguments.extend(more);
    }
    arguments
}

/// The path of the first image of a result.
pub(crate) fn path_of(structure: &Value) -> &Path {
    Path::new(structure["images"][0]["path"].as_str().unwrap())
}

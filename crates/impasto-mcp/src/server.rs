//! The server: finds the tool that was called, and answers every failure as a result that says what to do.

mod announced;
mod cancelled;

use std::fmt::Write as _;
use std::sync::Arc;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CancelledNotificationParam, Implementation,
    ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::Serialize;
use serde_json::Value;

use crate::answer;
use crate::args::Read;
use crate::catalogue;
use crate::clients::Settings;
use crate::error::Error;
use crate::jobs::{Jobs, Keys, Records};
use crate::output::{
    BudgetAnswer, BudgetView, CompareView, EstimateView, JobView, JobsView, ModelsView, UploadView,
};
use crate::roots::Roots;
use crate::tools;

use announced::Announced;
pub(crate) use cancelled::Cancelled;

/// An MCP server with the image tools. Cheap to clone; clones share their jobs, keys and budget.
///
/// Serve it on stdio with [`serve_stdio`](crate::serve_stdio), over HTTP with `serve_http`, or on any transport of the
/// crate `rmcp`, of which it is a handler.
#[derive(Clone, Debug)]
pub struct Server {
    shared: Arc<Shared>,
    announced: Announced,
    cancelled: Cancelled,
}

/// What all sessions share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: Settings,
    pub(crate) jobs: Jobs,
    pub(crate) keys: Keys,
    tools: Vec<Tool>,
}

/// One call of a tool.
pub(crate) struct Call<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) tool: &'static str,
    pub(crate) read: Read,
    pub(crate) roots: Roots,
    pub(crate) context: &'a RequestContext<RoleServer>,
    pub(crate) cancelled: &'a Cancelled,
}

impl Server {
    /// A server with these settings.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let keys = Keys::new(settings.receipts.clone());
        let shared = Shared { settings, jobs: Jobs::default(), keys, tools: catalogue::tools() };
        Self { shared: Arc::new(shared), announced: Announced::default(), cancelled: Cancelled::default() }
    }

    /// The same server for another session: its client may announce other folders.
    #[cfg(feature = "http")]
    pub(crate) fn for_session(&self) -> Self {
        let shared = Arc::clone(&self.shared);
        Self { shared, announced: Announced::default(), cancelled: Cancelled::default() }
    }

    /// How many jobs are running. They go on when a client leaves, because they may be paid for.
    #[must_use]
    pub fn running_jobs(&self) -> usize {
        self.shared.jobs.running().len()
    }

    /// Waits until no job is running: what a program does before it ends, so that no image that is paid for is lost.
    pub async fn finish_jobs(&self) {
        for job in self.shared.jobs.running() {
            job.ended().await;
        }
    }

    /// The folders of this call.
    async fn roots(&self, context: &RequestContext<RoleServer>) -> Result<Roots, Error> {
        let settings = &self.shared.settings;
        let own = Roots::new(&settings.roots, settings.out_dir.as_deref());
        match self.announced.folders(context, &*settings.clock).await {
            None => own,
            Some(folders) if settings.roots_are_final => Ok(own?.narrowed(&folders)),
            Some(folders) => Roots::new(&folders, settings.out_dir.as_deref()),
        }
    }

    async fn answer(
        &self,
        tool: &'static str,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, Error> {
        let schema = self.shared.tools.iter().find(|known| known.name == tool);
        let schema = schema.map(|known| Arc::clone(&known.input_schema)).unwrap_or_default();
        let read = Read::new(&schema, request.arguments)?;
        let roots = self.roots(context).await?;
        let cancelled = &self.cancelled;
        let call = Call { shared: &self.shared, tool, read, roots, context, cancelled };
        match tool {
            "generate_image" => tools::images::generate(&call).await,
            "edit_image" => tools::images::edit(&call).await,
            "estimate_cost" => tools::prices::estimate(&call).await,
            "compare_prices" => tools::prices::compare(&call).await,
            "list_models" => tools::models::list(&call),
            "get_job" => tools::jobs::get(&call).await,
            "wait_for_job" => tools::jobs::wait(&call).await,
            "list_jobs" => tools::jobs::list(&call).await,
            "upload_media" => tools::upload::store(&call).await,
            _ => tools::budget::state(&call).await,
        }
    }
}

impl Shared {
    /// Where the budget stands.
    pub(crate) async fn budget(&self) -> BudgetView {
        BudgetView::from(&self.settings.budget.state().await)
    }

    /// What is kept of runs besides their images.
    pub(crate) fn records(&self) -> Records {
        Records { history: self.settings.history.clone(), sidecars: self.settings.sidecars }
    }

    /// Whether the emulator answers.
    pub(crate) fn emulated(&self) -> bool {
        self.settings.clients.emulated().is_some()
    }

    /// The structure a tool answers with, of which a failure fills in little.
    fn shape(&self, tool: &str) -> Value {
        let mut shape = empty_shape(tool);
        if let Some(emulated) = shape.get_mut("emulated") {
            *emulated = self.emulated().into();
        }
        shape
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let implementation =
            Implementation::new("impasto", env!("CARGO_PKG_VERSION")).with_title("Impasto image tools");
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(implementation)
            .with_instructions(instructions(&self.shared.settings))
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.shared.tools.clone()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.shared.tools.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let Some(tool) = catalogue::TOOL_NAMES.into_iter().find(|name| *name == request.name) else {
            let known = catalogue::TOOL_NAMES.join(", ");
            let message = format!("there is no tool {}; there are {known}", request.name);
            return Err(ErrorData::invalid_params(message, None));
        };
        // Each call is polled on its own and may be large.
        let answer = Box::pin(self.answer(tool, request, &context)).await;
        Ok(answer.unwrap_or_else(|error| answer::failed(&error, self.shared.shape(tool))).into())
    }

    async fn on_cancelled(
        &self,
        notification: CancelledNotificationParam,
        _context: NotificationContext<RoleServer>,
    ) {
        if let Some(id) = notification.request_id {
            self.cancelled.note(&id);
        }
    }

    async fn on_roots_list_changed(&self, _context: NotificationContext<RoleServer>) {
        self.announced.forget().await;
    }
}

fn empty_shape(tool: &str) -> Value {
    fn empty<T: Default + Serialize>() -> Value {
        serde_json::to_value(T::default()).unwrap_or_default()
    }
    match tool {
        "estimate_cost" => empty::<EstimateView>(),
        "compare_prices" => empty::<CompareView>(),
        "list_models" => empty::<ModelsView>(),
        "list_jobs" => empty::<JobsView>(),
        "upload_media" => empty::<UploadView>(),
        "get_budget" => empty::<BudgetAnswer>(),
        _ => empty::<JobView>(),
    }
}

/// What an assistant is told before it calls anything.
fn instructions(settings: &Settings) -> String {
    let mut text = String::from(
        "Makes and edits images with OpenAI's image models and saves them as files. Images cost money, which comes \
         from a budget that this server holds: call estimate_cost before a request whose price is not known to the \
         user, and get_budget to see what is left. Give every image an idempotency_key; a retry of the same image \
         repeats its key and is paid once. A call that answers with status running goes on by itself: call \
         wait_for_job with its job_id, and never send the request a second time. If billing is unknown, do not \
         repeat the request; tell the user. Results name the files; the pictures in them are small copies.",
    );
    let folders: Vec<String> = settings.roots.iter().map(|root| root.display().to_string()).collect();
    let _ = write!(text, " Files may be read from and written to: {}.", folders.join(", "));
    if let Some(notice) = settings.clients.emulated() {
        let _ = write!(text, " {} ({notice})", answer::EMULATED);
    }
    text
}

//! The tools: what they are called, what they take and give, and what a client may assume of them.

use std::sync::Arc;

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use schemars::JsonSchema;

use crate::args::{
    EditArgs, ImageArgs, JobArgs, ModelsArgs, NoArgs, PricedArgs, RunArgs, SellerArgs, UploadArgs, WaitArgs,
    input_schema, schema_of, schema_of_output,
};
use crate::output::{BudgetAnswer, CompareView, EstimateView, JobView, JobsView, ModelsView, UploadView};

/// The name of each tool, in the order a client sees them.
pub const TOOL_NAMES: [&str; 10] = [
    "generate_image",
    "edit_image",
    "estimate_cost",
    "compare_prices",
    "list_models",
    "get_job",
    "wait_for_job",
    "list_jobs",
    "upload_media",
    "get_budget",
];

/// Every tool with its schemas.
pub(crate) fn tools() -> Vec<Tool> {
    let mut tools = about_images();
    tools.extend(about_prices());
    tools.extend(about_jobs());
    tools.sort_by_key(|tool| TOOL_NAMES.iter().position(|name| *name == tool.name));
    tools
}

fn about_images() -> Vec<Tool> {
    let image = schema_of::<ImageArgs>;
    let seller = schema_of::<SellerArgs>;
    vec![
        tool::<JobView>(
            "generate_image",
            "Generate images",
            "Make images from a prompt and save them as files. Billed: costs money, taken from the server's budget \
             (estimate_cost tells how much beforehand). Waits up to 45 seconds; a slower job goes on and can be \
             waited for with wait_for_job. Do not call it a second time for the same image: if a call timed out, \
             use wait_for_job or the same idempotency_key.",
            &[image(), seller(), schema_of::<RunArgs>()],
            paid(),
        ),
        tool::<JobView>(
            "edit_image",
            "Edit images",
            "Change images by a prompt, or combine several, and save the result as files. A mask says which part of \
             the first image may change. Billed, like generate_image, and waited for in the same way.",
            &[image(), schema_of::<EditArgs>(), seller(), schema_of::<RunArgs>()],
            paid(),
        ),
        tool::<UploadView>(
            "upload_media",
            "Upload an image",
            "Store a local image at a seller that keeps files (Atlas Cloud) and get its address, for edit_image. \
             edit_image takes local files itself, so that this is rarely needed. Not billed. Temporary.",
            &[schema_of::<UploadArgs>(), seller()],
            ToolAnnotations::new().read_only(false).destructive(false).idempotent(false).open_world(true),
        ),
    ]
}

fn about_prices() -> Vec<Tool> {
    let image = schema_of::<ImageArgs>;
    let seller = schema_of::<SellerArgs>;
    vec![
        tool::<EstimateView>(
            "estimate_cost",
            "Estimate the cost",
            "What generate_image or edit_image would cost with the same arguments, line by line, and whether it fits \
             the budget. Not billed, needs no key, sends nothing.",
            &[image(), schema_of::<PricedArgs>(), seller()],
            free(false),
        ),
        tool::<CompareView>(
            "compare_prices",
            "Compare prices",
            "Price the same request at every seller and model that can do it, cheapest first, with what would be \
             different. Not billed, needs no key, sends nothing.",
            &[image(), schema_of::<PricedArgs>(), seller()],
            free(false),
        ),
        tool::<ModelsView>(
            "list_models",
            "List the models",
            "The models of a seller with their sizes, qualities and formats. Not billed, needs no key, sends nothing.",
            &[schema_of::<ModelsArgs>()],
            free(false),
        ),
        tool::<BudgetAnswer>(
            "get_budget",
            "Look at the budget",
            "What may be spent, what was spent, what is set aside, what is left. Not billed.",
            &[schema_of::<NoArgs>()],
            free(false),
        ),
    ]
}

fn about_jobs() -> Vec<Tool> {
    vec![
        tool::<JobView>(
            "get_job",
            "Look at a job",
            "How far a job is, without waiting. Not billed.",
            &[schema_of::<JobArgs>()],
            free(false),
        ),
        tool::<JobView>(
            "wait_for_job",
            "Wait for a job",
            "Wait for a job that is still running, up to 45 seconds a call; call it again while it is running. A job \
             that an earlier process left behind is taken up where it stood, without paying twice. Not billed.",
            &[schema_of::<JobArgs>(), schema_of::<WaitArgs>()],
            ToolAnnotations::new().read_only(false).destructive(false).idempotent(true).open_world(true),
        ),
        tool::<JobsView>(
            "list_jobs",
            "List the jobs",
            "The jobs of this server, newest first, and those that an earlier process left behind. Not billed.",
            &[schema_of::<NoArgs>()],
            free(false),
        ),
    ]
}

/// A tool that costs money and writes files. With overwrite it may replace one.
fn paid() -> ToolAnnotations {
    ToolAnnotations::new().read_only(false).destructive(true).idempotent(false).open_world(true)
}

/// A tool that only looks.
fn free(open_world: bool) -> ToolAnnotations {
    ToolAnnotations::new().read_only(true).destructive(false).idempotent(true).open_world(open_world)
}

fn tool<Output: JsonSchema>(
    name: &'static str,
    title: &str,
    description: &'static str,
    parts: &[JsonObject],
    annotations: ToolAnnotations,
) -> Tool {
    Tool::new(name, description, input_schema(parts))
        .with_title(title)
        .with_raw_output_schema(Arc::new(schema_of_output::<Output>()))
        .with_annotations(annotations)
}

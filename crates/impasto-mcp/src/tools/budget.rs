//! `get_budget`.

use rmcp::model::CallToolResult;

use crate::answer;
use crate::error::Error;
use crate::output::BudgetAnswer;
use crate::server::Call;

/// Where the budget stands.
pub(crate) async fn state(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let budget = call.shared.budget().await;
    let emulated = call.shared.emulated();
    let mut words = format!("Budget: {budget}");
    if emulated {
        words.push_str(". The built-in emulator answers: the amounts are counted and not really paid.");
    }
    let answer =
        BudgetAnswer { status: "ok".to_owned(), budget: Some(budget), emulated, ..BudgetAnswer::default() };
    Ok(answer::plain(words, &answer))
}

//! `list_models`.

use impasto::capability::{Capabilities, Sizes};
use impasto::{Book, ModelId};
use rmcp::model::CallToolResult;

use crate::answer;
use crate::args::ModelsArgs;
use crate::error::Error;
use crate::output::{ModelView, ModelsView};
use crate::server::Call;

/// Lists the models of a seller.
pub(crate) fn list(call: &Call<'_>) -> Result<CallToolResult, Error> {
    let args: ModelsArgs = call.read.part()?;
    let settings = &call.shared.settings;
    let usual = settings.clients.unsent(args.provider.as_deref())?.provider().to_owned();
    let seller = settings.sellers.find(&usual).map_err(impasto::Error::from)?;
    let book = Book::builtin().map_err(impasto::Error::from)?;
    let named = args.model.as_deref().map(ModelId::new);
    let mut models = Vec::new();
    for sold in book.sold_by(seller) {
        let aliases = book.entry(&sold.id).map(|entry| entry.aliases.clone()).unwrap_or_default();
        let is_meant = named.as_ref().is_none_or(|named| {
            sold.id == *named || sold.base == named.base_name() || aliases.contains(&named.to_string())
        });
        if is_meant {
            models.push(view(&sold.id, &sold.about, &sold.rules, named.is_some()));
        }
    }
    if let Some(model) = args.model.as_deref().filter(|_| models.is_empty()) {
        let message = format!("{model} is in no book of {}", seller.name);
        return Err(Error::argument("model", message).with_hint(
            "Leave model out to see all. A model in no book can be used all the same; nothing is checked for it, \
             and without a known price the budget refuses it.",
        ));
    }
    let answer = ModelsView {
        status: "ok".to_owned(),
        provider: Some(seller.id.clone()),
        default_model: seller.defaults.model.clone(),
        models,
        providers: settings.sellers.iter().map(|(seller, _)| seller.id.clone()).collect(),
        error: None,
    };
    Ok(answer::plain(words(&answer), &answer))
}

fn view(id: &ModelId, about: &str, rules: &Capabilities, whole: bool) -> ModelView {
    fn list<T: ToString>(all: &[T]) -> Vec<String> {
        all.iter().map(ToString::to_string).collect()
    }
    ModelView {
        id: id.to_string(),
        about: about.to_owned(),
        operations: rules.operations.as_ref().map(|rule| list(&rule.allowed)).unwrap_or_default(),
        sizes: rules.size.as_ref().map(|rule| sizes(&rule.allowed)).unwrap_or_default(),
        qualities: rules.quality.as_ref().map(|rule| list(&rule.allowed)).unwrap_or_default(),
        output_formats: rules.output_format.as_ref().map(|rule| list(&rule.allowed)).unwrap_or_default(),
        mask: rules.mask.as_ref().map(|rule| rule.allowed),
        max_images: rules.input_images.as_ref().map(|rule| rule.allowed),
        shutdown: rules.life_cycle.as_ref().and_then(|rule| rule.allowed.shutdown).map(|day| day.to_string()),
        rules: whole.then(|| serde_json::to_value(rules).ok()).flatten(),
    }
}

fn sizes(sizes: &Sizes) -> Vec<String> {
    let mut all: Vec<String> = sizes.fixed.iter().map(ToString::to_string).collect();
    if let Some(free) = sizes.free {
        all.push(format!(
            "any in steps of {}: sides up to {}, {} to {} pixels, at most {}:1",
            free.multiple_of, free.max_side, free.min_pixels, free.max_pixels, free.max_ratio
        ));
    }
    all
}

fn words(answer: &ModelsView) -> String {
    let mut lines: Vec<String> = answer
        .models
        .iter()
        .map(|model| {
            let default =
                if answer.default_model.as_ref() == Some(&model.id) { " (the default)" } else { "" };
            let end = model.shutdown.as_ref().map_or_else(String::new, |day| format!("; shut down {day}"));
            format!(
                "{}{default}: {}; sizes {}; qualities {}{end}",
                model.id,
                model.about,
                model.sizes.join(", "),
                model.qualities.join(", ")
            )
        })
        .collect();
    lines.push(format!("Sellers: {}", answer.providers.join(", ")));
    lines.join("\n")
}

//! A fault plan: rules from a TOML or JSON file, and seeded random faults.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::names::check_known;
use crate::directives::{Directive, parse_list};
use crate::ids::Random;
use crate::request::Phase;

/// Which faults strike which requests.
#[derive(Debug)]
pub(crate) struct Plan {
    rules: Vec<Rule>,
    running: Mutex<Running>,
}

/// One rule of a plan.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    /// One of these is chosen each time.
    choices: Vec<Directive>,
    /// Only paths that contain this.
    path: String,
    phase: Option<String>,
    /// Strikes from this matching request on, counted from 1.
    nth: u64,
    /// How often it strikes.
    times: u64,
    /// How likely it strikes, of 1.
    probability: f64,
}

#[derive(Debug)]
struct Running {
    random: Random,
    /// Matching requests and strikes so far, per rule.
    counts: Vec<(u64, u64)>,
}

impl Plan {
    pub(crate) fn new(rules: Vec<Rule>, seed: u64) -> Self {
        let counts = vec![(0, 0); rules.len()];
        Self { rules, running: Mutex::new(Running { random: Random::new(seed ^ 0xfa17), counts }) }
    }

    /// The faults for one request.
    pub(crate) fn pick(&self, path: &str, phase: Phase) -> Vec<Directive> {
        if self.rules.is_empty() {
            return Vec::new();
        }
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let Running { random, counts } = &mut *running;
        let mut picked = Vec::new();
        for (rule, (matched, struck)) in self.rules.iter().zip(counts) {
            let wanted = rule.phase.as_deref().unwrap_or("submit");
            if !path.contains(&rule.path) || (wanted != "any" && wanted != phase.name()) {
                continue;
            }
            *matched += 1;
            let lucky = rule.probability >= 1.0 || f64::from(random.unit()) < rule.probability;
            if *matched < rule.nth || *struck >= rule.times || !lucky {
                continue;
            }
            *struck += 1;
            let choice = usize::try_from(random.below(rule.choices.len().max(1) as u64)).unwrap_or(0);
            picked.extend(rule.choices.get(choice).cloned());
        }
        picked
    }

    /// Starts counting again.
    pub(crate) fn reset(&self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.counts.iter_mut().for_each(|count| *count = (0, 0));
    }
}

impl Rule {
    /// A rule that strikes at random with one of the faults in `list`.
    pub(crate) fn random(list: &str, probability: f64) -> Result<Self, String> {
        let choices: Vec<Directive> = parse_list(list).collect();
        check_known(&choices)?;
        if choices.is_empty() {
            return Err("the list of random faults is empty".into());
        }
        Ok(Self { choices, path: String::new(), phase: None, nth: 0, times: u64::MAX, probability })
    }
}

/// Reads a plan: `{"fault": [{"name": "cut;100", "path": "/v1", "on": "submit", "nth": 2, "times": 1,
/// "probability": 0.5}]}`, as JSON or as the same in TOML.
pub(crate) fn parse(text: &str) -> Result<Vec<Rule>, String> {
    let value: Value = if text.trim_start().starts_with('{') {
        serde_json::from_str(text).map_err(|error| error.to_string())?
    } else {
        toml::from_str(text).map_err(|error| error.to_string())?
    };
    let rules = value.get("fault").and_then(Value::as_array).ok_or("there is no list named 'fault'")?;
    rules
        .iter()
        .enumerate()
        .map(|(number, rule)| parse_rule(rule).map_err(|error| format!("fault {}: {error}", number + 1)))
        .collect()
}

fn parse_rule(rule: &Value) -> Result<Rule, String> {
    let rule = rule.as_object().ok_or("expected a table")?;
    let known = ["name", "path", "on", "nth", "times", "probability"];
    if let Some(name) = rule.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("unknown field '{name}'; known: {}", known.join(", ")));
    }
    let text = |name: &str| match rule.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("'{name}' must be text")),
    };
    let number = |name: &str, default: u64| match rule.get(name) {
        None => Ok(default),
        Some(value) => value.as_u64().ok_or_else(|| format!("'{name}' must be a whole number")),
    };
    let name = text("name")?.ok_or("'name' is missing")?;
    let mut parsed = Rule::random(&name, 1.0)?;
    parsed.path = text("path")?.unwrap_or_default();
    parsed.phase = text("on")?;
    parsed.nth = number("nth", 1)?;
    parsed.times = number("times", if rule.contains_key("nth") { 1 } else { u64::MAX })?;
    parsed.probability = match rule.get("probability") {
        None => 1.0,
        Some(value) => value
            .as_f64()
            .filter(|value| (0.0..=1.0).contains(value))
            .ok_or("'probability' must be a number from 0 to 1")?,
    };
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::{Plan, parse};
    use crate::request::Phase;

    #[test]
    fn rules_count_and_choose() {
        let toml = "[[fault]]\nname = \"cut;9\"\nnth = 2\n[[fault]]\nname = \"html-502\"\npath = \"/api\"\non = \"poll\"\ntimes = 1\n";
        let plan = Plan::new(parse(toml).expect("a plan"), 1);
        let names = |path: &str, phase| -> Vec<String> {
            plan.pick(path, phase).into_iter().map(|directive| directive.name).collect()
        };
        assert_eq!(names("/v1/images/generations", Phase::Submit), [""; 0]);
        assert_eq!(names("/v1/images/generations", Phase::Submit), ["cut"]);
        assert_eq!(names("/v1/images/generations", Phase::Submit), [""; 0]);
        assert_eq!(names("/api/v1/model/prediction/1", Phase::Poll), ["html-502"]);
        assert_eq!(names("/api/v1/model/prediction/1", Phase::Poll), [""; 0]);
    }

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("[[fault]]\nname = \"cutt\"", "cutt"),
            ("[[fault]]\nname = \"cut\"\nwhen = 1", "when"),
            ("[[fault]]\nname = \"cut\"\nprobability = 2", "0 to 1"),
            ("{\"faults\": []}", "'fault'"),
            ("fault = 3", "'fault'"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}

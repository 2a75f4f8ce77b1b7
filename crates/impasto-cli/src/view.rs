//! What is shown: our own structs for `--json`, whose shape is a promise (docs/cli-json.md), and text for people.

mod cost;
mod delivered;
mod dry_run;
mod emulator;
mod estimate;
mod failed;
mod jobs;
mod models;
mod providers;
mod rules;

pub(crate) use cost::{EstimateView, unpriced};
pub(crate) use delivered::{Report, summary};
pub(crate) use dry_run::DryRun;
pub(crate) use emulator::EmulatorReport;
pub(crate) use estimate::{CompareReport, EstimateReport};
pub(crate) use failed::ErrorReport;
pub(crate) use jobs::{ForgottenReport, JobsReport, ResumedReport};
pub(crate) use models::ModelsReport;
pub(crate) use providers::ProvidersReport;

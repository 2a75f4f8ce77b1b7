//! What is shown: our own structs for `--json`, whose shape is a promise (docs/cli-json.md), and text for people.

mod again;
mod call;
mod cost;
mod delivered;
mod doctor;
mod dry_run;
mod emulator;
mod estimate;
mod failed;
mod gallery;
mod history;
mod jobs;
mod models;
mod providers;
mod rules;
mod settings;
mod shown;
mod usage;

pub(crate) use again::command_of;
pub(crate) use call::{CallReport, UploadReport};
pub(crate) use cost::{EstimateView, unpriced};
pub(crate) use delivered::{Report, summary};
pub(crate) use doctor::{Check, DoctorReport};
pub(crate) use dry_run::DryRun;
pub(crate) use emulator::EmulatorReport;
pub(crate) use estimate::{CompareReport, EstimateReport};
pub(crate) use failed::ErrorReport;
pub(crate) use gallery::GalleryReport;
pub(crate) use history::{HistoryReport, minute};
pub(crate) use jobs::{ForgottenReport, JobsReport, ResumedReport};
pub(crate) use models::ModelsReport;
pub(crate) use providers::ProvidersReport;
pub(crate) use settings::{SettingReport, SettingsReport};
pub(crate) use shown::{ShowReport, ShownImage};
pub(crate) use usage::UsageReport;

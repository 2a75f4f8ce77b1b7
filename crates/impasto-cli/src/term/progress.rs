//! What happens meanwhile: one line on the terminal that tells how far it is.

use std::time::Duration;

use impasto::{Event, ImageRequest};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the spinner moves.
const TICK: Duration = Duration::from_millis(120);

/// The line, or nothing where nobody looks.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    images: usize,
    arrived: usize,
    sketches: u8,
}

impl Progress {
    pub(super) fn new(visible: bool) -> Self {
        let bar = if visible {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        Self { bar, images: 1, arrived: 0, sketches: 0 }
    }

    /// Begins to show.
    pub(crate) fn start(&mut self, request: &ImageRequest, seller: &str) {
        self.images = request.count() as usize;
        self.sketches = request.partial_images.unwrap_or(0);
        // The template is fixed, so it is always one.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            self.bar.set_style(style);
        }
        if !self.bar.is_hidden() {
            self.bar.enable_steady_tick(TICK);
        }
        let what = if self.images == 1 { "an image".to_owned() } else { format!("{} images", self.images) };
        self.bar.set_message(format!("asking {seller} for {what}"));
    }

    /// Shows what happened.
    pub(crate) fn show(&mut self, event: &Event) {
        match event {
            Event::Sent { .. } => self.say(format!("sent, {}", self.state())),
            Event::Uploaded { index } => self.say(format!("uploaded input image {}", index + 1)),
            Event::Accepted { .. } => {
                self.say(format!("accepted, {}", self.state()));
            }
            Event::Status { status, polls } => {
                let times = match polls {
                    0 => String::new(),
                    1 => ", asked once".to_owned(),
                    more => format!(", asked {more} times"),
                };
                self.say(format!("{}: {status}{times}", self.state()));
            }
            Event::Retrying { after, attempt, .. } => {
                self.say(format!("waiting {:.1} s before attempt {attempt}", after.as_secs_f64()));
            }
            Event::Partial { partial_index, image } => {
                let of =
                    if self.images > 1 { format!(" of image {}", image.index + 1) } else { String::new() };
                self.say(format!("sketch {} of {}{of}", partial_index + 1, self.sketches));
            }
            Event::Image(_) => {
                self.arrived += 1;
                self.say(self.state());
            }
            _ => {}
        }
    }

    /// Prints a line above the progress.
    pub(crate) fn above(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Takes the line away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// How far it is: what has arrived, never what may come next.
    fn state(&self) -> String {
        match (self.images, self.arrived) {
            (1, 0) => "waiting for the image".to_owned(),
            (1, _) => "the image arrived".to_owned(),
            (all, arrived) => format!("{arrived} of {all} images arrived"),
        }
    }

    fn say(&self, message: String) {
        self.bar.set_message(message);
    }
}

#[cfg(test)]
mod tests {
    use super::Progress;

    #[test]
    fn only_what_has_arrived_is_counted() {
        let check = |images: usize, arrived: usize, expected: &str| {
            let progress = Progress { images, arrived, ..Progress::new(false) };
            assert_eq!(progress.state(), expected);
        };
        check(1, 0, "waiting for the image");
        check(1, 1, "the image arrived");
        check(2, 0, "0 of 2 images arrived");
        check(2, 1, "1 of 2 images arrived");
        check(2, 2, "2 of 2 images arrived");
    }
}

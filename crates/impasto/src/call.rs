//! One call: what is wanted, and where the images shall go.

use std::path::PathBuf;
use std::sync::Arc;

use impasto_pricing::{Estimate, Money};
use impasto_types::{
    Background, Complexity, ImageInput, ImageRequest, InputFidelity, Mask, ModelId, Moderation, OutputFormat,
    Quality, Size, SvgOptions,
};
use serde_json::Value;

use crate::caller::Caller;
use crate::cancel::CancelHandle;
use crate::client::Client;
use crate::error::Error;
use crate::generation::Generation;
use crate::preflight::{self, Preview};
use crate::run::{self, Order};
use crate::sink::{Destination, Files, Memory};
use crate::stream::GenerationStream;

/// A call to be made: set what is wanted, then [`send`](Self::send), [`stream`](Self::stream) or
/// [`save`](Self::save) it.
///
/// Nothing is sent before one of these is called, and what can be known to fail fails before it is sent.
#[derive(Clone, Debug)]
#[must_use = "a call does nothing until it is sent"]
pub struct ImageCall {
    client: Client,
    request: ImageRequest,
    destination: Arc<dyn Destination>,
    max_cost: Option<Money>,
    cancel: Option<CancelHandle>,
    size_error: Option<impasto_types::Error>,
}

/// Setters that hand on to the request.
macro_rules! setters {
    ($( $(#[$meta:meta])* $name:ident($type:ty) => $with:ident ),+ $(,)?) => {
        impl ImageCall { $(
            $(#[$meta])*
            pub fn $name(mut self, value: impl Into<$type>) -> Self {
                self.request = self.request.$with(value);
                self
            }
        )+ }
    };
}

setters! {
    /// The model, in place of the client's.
    model(ModelId) => with_model,
    /// How many images; more than the seller's limit are split into several calls.
    n(u32) => with_n,
    /// The quality.
    quality(Quality) => with_quality,
    /// The background.
    background(Background) => with_background,
    /// The file format.
    output_format(OutputFormat) => with_output_format,
    /// The compression, 0 to 100.
    output_compression(u8) => with_output_compression,
    /// How strict the seller's filter is.
    moderation(Moderation) => with_moderation,
    /// How closely an edit keeps to its input.
    input_fidelity(InputFidelity) => with_input_fidelity,
    /// How long the model plans.
    complexity(Complexity) => with_complexity,
    /// How many frames a gif has.
    frame_count(u8) => with_frame_count,
    /// How many milliseconds a frame is shown.
    frame_duration_ms(u32) => with_frame_duration_ms,
    /// What an svg needs.
    svg(SvgOptions) => with_svg,
    /// The hashed id of the end user.
    safety_identifier(String) => with_safety_identifier,
    /// The end user, by the older name.
    user(String) => with_user,
    /// One more input image; their order matters.
    image(ImageInput) => with_image,
    /// Which part of the first image may change.
    mask(Mask) => with_mask,
    /// Drawn instructions over the first image.
    markup(ImageInput) => with_markup,
}

impl ImageCall {
    pub(crate) fn new(client: Client, request: ImageRequest) -> Self {
        let destination = Arc::new(Memory::new());
        Self { client, request, destination, max_cost: None, cancel: None, size_error: None }
    }

    /// The size: `"1536x1024"`, `"auto"`, `(1536, 1024)` or a [`Size`].
    pub fn size(mut self, size: impl TryInto<Size, Error = impl Into<SizeError>>) -> Self {
        match size.try_into() {
            Ok(size) => self.request = self.request.with_size(size),
            Err(error) => self.size_error = error.into().0,
        }
        self
    }

    /// Up to `count` (0 to 3) unfinished images on the way; they cost extra and come with [`stream`](Self::stream).
    pub fn partial_images(mut self, count: u8) -> Self {
        self.request = self.request.with_partial_images(count);
        self
    }

    /// A field by its wire name, sent as it is.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.request = self.request.with_extra(name, value);
        self
    }

    /// Where the images go while they arrive, in place of memory.
    pub fn destination(mut self, destination: impl Destination + 'static) -> Self {
        self.destination = Arc::new(destination);
        self
    }

    /// Refuses the call, before anything is sent, if it may cost more than this. A price that is not known is refused
    /// too.
    pub fn max_cost(mut self, limit: Money) -> Self {
        self.max_cost = Some(limit);
        self
    }

    /// Lets `handle` end the call from elsewhere.
    pub fn cancel_on(mut self, handle: &CancelHandle) -> Self {
        self.cancel = Some(handle.clone());
        self
    }

    /// The request as it stands.
    #[must_use]
    pub fn request(&self) -> &ImageRequest {
        &self.request
    }

    /// Sends the call and waits for its images.
    ///
    /// # Errors
    /// When no image was delivered. Where some were and others failed, the failures stand in
    /// [`Generation::failures`].
    pub async fn send(self) -> Result<Generation, Error> {
        self.checked()?;
        let caller = Caller { events: None, cancel: self.cancel.clone().unwrap_or_default() };
        run::run(self.into_order(), caller).await
    }

    /// Sends the call and saves its images as they arrive, never holding one whole: one image as `path`, several as
    /// `name-1.png`, …. The extension follows what arrives.
    ///
    /// # Errors
    /// As [`send`](Self::send); also, before anything is sent, when a file exists or cannot be written.
    pub async fn save(self, path: impl Into<PathBuf>) -> Result<Generation, Error> {
        self.destination(Files::at(path)).send().await
    }

    /// Sends the call as a stream of events: progress, unfinished images, images, and the end.
    pub fn stream(mut self) -> GenerationStream {
        self.request.stream = true;
        self.events()
    }

    /// The events of the call, without asking the seller to stream: progress while a task is polled, each image when
    /// it is there.
    pub fn events(self) -> GenerationStream {
        let cancel = self.cancel.clone().unwrap_or_default();
        match self.checked() {
            Ok(()) => GenerationStream::new(cancel, |caller| run::run(self.into_order(), caller)),
            Err(error) => GenerationStream::new(cancel, |_| Box::pin(async { Err(error) })),
        }
    }

    /// Everything that can be known without sending: the exact requests, the warnings, the refusals.
    ///
    /// # Errors
    /// What [`send`](Self::send) would refuse before sending.
    pub async fn preview(self) -> Result<Preview, Error> {
        self.checked()?;
        preflight::preview(&self.client, self.request).await
    }

    /// What it may cost, without sending anything: one estimate for each call it is split into.
    ///
    /// # Errors
    /// What [`send`](Self::send) would refuse before sending, and a price that is not known.
    pub async fn estimate(self) -> Result<Vec<Estimate>, Error> {
        self.checked()?;
        preflight::estimate(&self.client, self.request).await
    }

    fn into_order(self) -> Order {
        Order {
            client: self.client,
            request: self.request,
            destination: self.destination,
            max_cost: self.max_cost,
        }
    }

    fn checked(&self) -> Result<(), Error> {
        match &self.size_error {
            Some(error) => Err(error.clone().into()),
            None => Ok(()),
        }
    }
}

/// Why a size could not be read; carried until the call is sent.
#[derive(Debug)]
pub struct SizeError(Option<impasto_types::Error>);

impl From<impasto_types::Error> for SizeError {
    fn from(error: impasto_types::Error) -> Self {
        Self(Some(error))
    }
}

impl From<std::convert::Infallible> for SizeError {
    fn from(never: std::convert::Infallible) -> Self {
        match never {}
    }
}

//! What a request asks for, once the seller's defaults are filled in.

use impasto_types::{Date, ImageRequest, InputFidelity, OutputFormat, Quality, Size};
use rust_decimal::Decimal;

use super::EstimateInput;
use crate::book::{PriceBook, Query};
use crate::error::{Error, ErrorKind};
use crate::sheet::{SellerDefault, Sheet, names};

/// A request as the seller will read it, as far as it matters to the price.
pub(super) struct Asked<'a> {
    pub(super) request: &'a ImageRequest,
    pub(super) query: Query<'a>,
    /// How many images, at least 1.
    pub(super) n: u64,
    pub(super) quality: Option<&'a Quality>,
    pub(super) size: Option<&'a Size>,
    pub(super) fidelity: Option<&'a InputFidelity>,
    /// The factor of a batch.
    pub(super) factor: Option<Decimal>,
    pub(super) assumptions: Vec<String>,
}

impl<'a> Asked<'a> {
    pub(super) fn new(book: &'a PriceBook, input: &EstimateInput<'a>) -> Result<Self, Error> {
        let EstimateInput { request, seller, model, today, batch } = *input;
        let query = Query { seller, model, operation: Some(&request.operation), day: today };
        if request.count() == 0 {
            return Err(Error::new(ErrorKind::InvalidRequest, "n: 0 images asked for; ask for at least 1"));
        }
        let mut asked = Self {
            request,
            query,
            n: u64::from(request.count()),
            quality: request.quality.as_ref(),
            size: request.size.as_ref(),
            fidelity: request.input_fidelity.as_ref(),
            factor: None,
            assumptions: Vec::new(),
        };
        asked.fill_in(book);
        if batch {
            asked.factor = Some(asked.batch_factor(book)?);
        }
        if !request.extra.is_empty() {
            let fields: Vec<&str> = request.extra.keys().map(String::as_str).collect();
            asked.assumptions.push(format!("fields passed by name have no price: {}", fields.join(", ")));
        }
        Ok(asked)
    }

    /// Takes what the seller documents to take for fields left out.
    fn fill_in(&mut self, book: &'a PriceBook) {
        let fits = |default: &&SellerDefault| {
            names(&default.models, self.query.model)
                && default.operation.as_ref().is_none_or(|operation| *operation == self.request.operation)
        };
        let defaults: Vec<&SellerDefault> =
            book.sheets_of(self.query.seller).flat_map(|sheet| &sheet.defaults).filter(fits).collect();
        for default in defaults {
            let SellerDefault { quality, size, input_fidelity, source, .. } = default;
            if let (None, Some(quality)) = (self.quality, quality) {
                self.assume("quality", quality.as_str(), source);
                self.quality = Some(quality);
            }
            if let (None, Some(size)) = (self.size, size) {
                self.assume("size", &size.to_string(), source);
                self.size = Some(size);
            }
            if let (None, Some(fidelity), false) =
                (self.fidelity, input_fidelity, self.request.images.is_empty())
            {
                self.assume("input_fidelity", fidelity.as_str(), source);
                self.fidelity = Some(fidelity);
            }
        }
    }

    fn assume(&mut self, field: &str, value: &str, source: &str) {
        let seller = self.query.seller;
        self.assumptions.push(format!("{field} is not set; {seller} takes {value} ({source})"));
    }

    fn batch_factor(&self, book: &PriceBook) -> Result<Decimal, Error> {
        let Query { seller, day, .. } = self.query;
        let batch = book.sheets_of(seller).find_map(|sheet: &Sheet| sheet.batch.as_ref());
        batch.map(|batch| batch.factor).ok_or_else(|| no_batch(seller, day))
    }

    pub(super) fn is_format(&self, format: &OutputFormat) -> bool {
        self.request.output_format.as_ref() == Some(format)
    }
}

fn no_batch(seller: &str, day: Date) -> Error {
    Error::new(
        ErrorKind::UnknownPrice,
        format!(
            "what a batch costs at {seller} on {day} is unknown; send the request on its own, or add a price sheet \
             with a [batch] factor"
        ),
    )
}

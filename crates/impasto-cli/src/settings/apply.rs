//! Fills in what was not typed.

use super::Settings;
use crate::args::{Command, ImageArgs, OutputArgs, SellerArgs};
use crate::failure::Failure;

impl Command {
    /// Whether settings stand in for what is not typed.
    pub(crate) fn takes_settings(&self) -> bool {
        #[cfg(feature = "mcp")]
        if matches!(self, Self::Mcp(_)) {
            return true;
        }
        matches!(
            self,
            Self::Generate(_) | Self::Edit(_) | Self::Estimate(_) | Self::Compare(_) | Self::Regenerate(_)
        )
    }
}

impl Settings {
    /// Puts the settings in the place of what was not typed.
    pub(crate) fn apply(&self, command: &mut Command) -> Result<(), Failure> {
        match command {
            Command::Generate(args) => self.all(&mut args.image, &mut args.output, &mut args.seller),
            Command::Edit(args) => self.all(&mut args.image, &mut args.output, &mut args.seller),
            Command::Estimate(args) => self.all(&mut args.image, &mut args.output, &mut args.seller),
            // What it asks for is what it asked for.
            Command::Regenerate(args) => self.around(&mut args.output, &mut args.seller),
            // A usual seller or model is no reason to compare with no other.
            Command::Compare(args) => self.look(&mut args.image),
            #[cfg(feature = "mcp")]
            Command::Mcp(args) => {
                self.text(&mut args.model, "model")?;
                self.text(&mut args.seller.provider, "provider")?;
                if args.out_dir.is_none() {
                    args.out_dir = self.get("out_dir")?.map(Into::into);
                }
                self.patience(&mut args.seller)
            }
            _ => Ok(()),
        }
    }

    fn all(
        &self,
        image: &mut ImageArgs,
        output: &mut OutputArgs,
        seller: &mut SellerArgs,
    ) -> Result<(), Failure> {
        self.text(&mut image.model, "model")?;
        self.look(image)?;
        self.text(&mut seller.provider, "provider")?;
        self.around(output, seller)
    }

    /// What is not of the request itself.
    fn around(&self, output: &mut OutputArgs, seller: &mut SellerArgs) -> Result<(), Failure> {
        self.patience(seller)?;
        if output.out_dir.is_none() && output.out.is_none() {
            output.out_dir = self.get("out_dir")?.map(Into::into);
        }
        output.no_sidecar |= !self.is_on("sidecar")?;
        output.no_history |= !self.is_on("history")?;
        if output.preview.is_none() && !output.no_preview {
            output.preview = self.get("preview")?;
        }
        Ok(())
    }

    /// How much a call may cost, and how long it may take.
    fn patience(&self, seller: &mut SellerArgs) -> Result<(), Failure> {
        self.text(&mut seller.max_cost, "max_cost")?;
        self.number(&mut seller.timeout, "timeout")?;
        self.number(&mut seller.retries, "retries")?;
        self.number(&mut seller.price_wait, "price_wait")
    }

    /// What the image is like.
    fn look(&self, image: &mut ImageArgs) -> Result<(), Failure> {
        self.text(&mut image.size, "size")?;
        self.text(&mut image.quality, "quality")?;
        self.text(&mut image.output_format, "output_format")
    }

    fn text(&self, field: &mut Option<String>, key: &str) -> Result<(), Failure> {
        if field.is_none() {
            *field = self.get(key)?;
        }
        Ok(())
    }

    fn number<T: std::str::FromStr>(&self, field: &mut Option<T>, key: &str) -> Result<(), Failure> {
        if field.is_none() {
            *field = self.get(key)?.and_then(|value| value.trim().parse().ok());
        }
        Ok(())
    }
}

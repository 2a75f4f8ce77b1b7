//! All sellers this process knows: the built-in ones and those of the user's own files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::carried;
use crate::error::{Error, ErrorKind};
use crate::seller::Seller;

/// The built-in sellers' files, by name, as `cargo xtask data` makes them from `sellers/*.toml`.
const BUILTIN: &str = include_str!("../carried/sellers.json");

/// Where a seller's data came from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// It is built in.
    Builtin,
    /// It was read from a file of this name.
    File(String),
}

/// All sellers this process knows, by id.
#[derive(Clone, Debug)]
pub struct Sellers {
    by_id: BTreeMap<String, (Arc<Seller>, Origin)>,
}

impl Sellers {
    /// The built-in sellers.
    ///
    /// # Errors
    /// Only if a built-in file is wrong, which the tests rule out.
    pub fn builtin() -> Result<Self, Error> {
        let mut by_id = BTreeMap::new();
        for (name, file) in carried::files(BUILTIN)? {
            let seller = Seller::from_table(&name, file)?;
            by_id.insert(seller.id.clone(), (Arc::new(seller), Origin::Builtin));
        }
        Ok(Self { by_id })
    }

    /// Adds a seller from a TOML text; one of the same id is replaced. `name` is the file's name.
    ///
    /// # Errors
    /// When the text is not a seller.
    #[cfg(feature = "toml")]
    pub fn add_toml(&mut self, name: &str, text: &str) -> Result<Arc<Seller>, Error> {
        let seller = Arc::new(Seller::from_toml(name, text)?);
        self.by_id.insert(seller.id.clone(), (Arc::clone(&seller), Origin::File(name.to_owned())));
        Ok(seller)
    }

    /// The seller of this id.
    ///
    /// # Errors
    /// When there is none; the message lists those there are.
    pub fn find(&self, id: &str) -> Result<&Arc<Seller>, Error> {
        self.by_id.get(id).map(|(seller, _)| seller).ok_or_else(|| {
            let known: Vec<&str> = self.by_id.keys().map(String::as_str).collect();
            Error::new(
                ErrorKind::Configuration,
                format!("{id:?} is not known; known are {}", known.join(", ")),
            )
            .with_field("provider")
        })
    }

    /// The seller of this id for this base URL: another surface of the same seller may have a file of its own.
    ///
    /// # Errors
    /// When there is no such seller.
    pub fn find_for(&self, id: &str, base_url: Option<&str>) -> Result<&Arc<Seller>, Error> {
        let seller = self.find(id)?;
        let Some(base_url) = base_url else { return Ok(seller) };
        let path = base_url.trim().trim_end_matches('/');
        match seller.surfaces.iter().find(|(ending, _)| path.ends_with(ending.as_str())) {
            Some((_, other)) => self.find(other),
            None => Ok(seller),
        }
    }

    /// Every seller with where it came from, in order of id.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<Seller>, &Origin)> {
        self.by_id.values().map(|(seller, origin)| (seller, origin))
    }
}

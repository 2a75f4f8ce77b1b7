//! Rendered pictures, kept by what they depend on, up to a number of bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::render::Rendered;

/// A bounded store of pictures; the one unused for longest goes first.
#[derive(Debug)]
pub(crate) struct Cache {
    limit: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: HashMap<[u8; 32], Entry>,
    bytes: usize,
    tick: u64,
}

#[derive(Debug)]
struct Entry {
    picture: Arc<Rendered>,
    last_used: u64,
}

impl Cache {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, inner: Mutex::default() }
    }

    pub(crate) fn get(&self, key: &[u8; 32]) -> Option<Arc<Rendered>> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.tick += 1;
        let tick = inner.tick;
        let entry = inner.entries.get_mut(key)?;
        entry.last_used = tick;
        Some(Arc::clone(&entry.picture))
    }

    pub(crate) fn put(&self, key: [u8; 32], picture: &Arc<Rendered>) {
        let size = picture.bytes.len() + picture.base64.len();
        if size > self.limit {
            return;
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.tick += 1;
        let entry = Entry { picture: Arc::clone(picture), last_used: inner.tick };
        if inner.entries.insert(key, entry).is_none() {
            inner.bytes += size;
        }
        while inner.bytes > self.limit {
            let Some(oldest) =
                inner.entries.iter().min_by_key(|(_, entry)| entry.last_used).map(|(key, _)| *key)
            else {
                break;
            };
            if let Some(entry) = inner.entries.remove(&oldest) {
                inner.bytes -= entry.picture.bytes.len() + entry.picture.base64.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cache;
    use crate::render::Rendered;
    use bytes::Bytes;
    use std::sync::Arc;

    #[test]
    fn the_oldest_goes_first() {
        let cache = Cache::new(25);
        let picture = || {
            Arc::new(Rendered { bytes: Bytes::from_static(b"12345"), base64: Bytes::from_static(b"67890") })
        };
        cache.put([1; 32], &picture());
        cache.put([2; 32], &picture());
        assert!(cache.get(&[1; 32]).is_some());
        cache.put([3; 32], &picture());
        let kept = [1_u8, 2, 3].map(|key| cache.get(&[key; 32]).is_some());
        assert_eq!(kept, [true, false, true]);
    }
}

//! The folders that a client announces: its workspace.
#![expect(
    deprecated,
    reason = "roots are on their way out of the protocol, and the clients of today announce them"
)]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use impasto::Clock;
use rmcp::RoleServer;
use rmcp::service::RequestContext;
use tokio::sync::Mutex;

use crate::roots::path_of_uri;

/// How long a client may take to say what its folders are.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the client of a session announced; asked for once, and again when it says that it changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Announced {
    folders: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
enum Known {
    /// Nobody asked yet.
    #[default]
    NotAsked,
    /// The client has none, or did not answer.
    Nothing,
    Folders(Vec<PathBuf>),
}

impl Announced {
    /// The folders; nothing where the client announces none, or does not answer.
    pub(super) async fn folders(
        &self,
        context: &RequestContext<RoleServer>,
        clock: &dyn Clock,
    ) -> Option<Vec<PathBuf>> {
        let announces = context.peer.peer_info().is_some_and(|info| info.capabilities.roots.is_some());
        if !announces {
            return None;
        }
        let mut known = self.folders.lock().await;
        match &*known {
            Known::NotAsked => {}
            Known::Nothing => return None,
            Known::Folders(folders) => return Some(folders.clone()),
        }
        let listed = tokio::select! {
            listed = context.peer.list_roots() => listed.ok(),
            () = clock.sleep(PATIENCE) => None,
        };
        let folders = listed.map(|listed| {
            let uris = listed.roots.iter().filter_map(|root| root.uri.strip_prefix("file://"));
            uris.filter_map(path_of_uri).collect::<Vec<_>>()
        });
        // A client without an open folder allows what the server allows.
        let folders = folders.filter(|folders| !folders.is_empty());
        *known = folders.clone().map_or(Known::Nothing, Known::Folders);
        folders
    }

    /// The client's folders changed.
    pub(super) async fn forget(&self) {
        *self.folders.lock().await = Known::NotAsked;
    }
}

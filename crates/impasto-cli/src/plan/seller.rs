//! Who makes the images: a seller whose key is set, or else the built-in emulator.

use std::net::IpAddr;
use std::time::Duration;

use impasto::{Client, ClientBuilder, Deadlines, Origin, PollSchedule, RetryPolicy, Sellers, env};
use impasto_emulator::Emulator;

use crate::args::SellerArgs;
use crate::config;
use crate::failure::Failure;
use crate::term::Term;

/// The key for whoever needs none.
const ANY_KEY: &str = "emulator";

/// The seller that was chosen, before anything is started.
#[derive(Debug)]
pub(crate) struct Choice {
    builder: ClientBuilder,
    /// No key was found: this mount of the emulator stands in.
    mount: Option<Mount>,
}

#[derive(Debug)]
struct Mount {
    path: String,
    /// The line that says so.
    notice: String,
}

/// Chooses the seller, and the emulator where its key is missing and no other address was given.
pub(crate) fn choose(args: &SellerArgs) -> Result<Choice, Failure> {
    let sellers = config::sellers()?;
    let named = args.provider.clone().or_else(|| env::read(env::PROVIDER.name));
    let mut builder = Client::builder().unchecked(args.unchecked).sellers(sellers.clone());
    if let Some(provider) = &args.provider {
        builder = builder.provider(provider);
    }
    if let Some(url) = &args.base_url {
        builder = builder.base_url(url);
    }
    for pair in &args.option {
        let wrong = || Failure::usage("option", format!("{pair}: write NAME=VALUE"));
        let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
        builder = builder.option(name, value);
    }
    builder = patience(builder, args);
    if let Some(variable) = &args.api_key_env {
        let key = env::read(variable).ok_or_else(|| {
            Failure::missing_key(format!("the environment variable {variable} is not set or empty"))
                .with_field("api_key_env")
        })?;
        return Ok(Choice { builder: builder.api_key(key), mount: None });
    }
    if has_key(&sellers, named.as_deref())? {
        return Ok(Choice { builder, mount: None });
    }
    let id = named.as_deref().unwrap_or("openai");
    let seller = sellers.find(id).map_err(impasto::Error::from)?;
    let elsewhere = seller.auth.base_url_env.as_deref().and_then(env::read);
    match args.base_url.as_deref().or(elsewhere.as_deref()) {
        // Nobody asks for a real key on this machine.
        Some(url) if is_loopback(url) => Ok(Choice { builder: builder.api_key(ANY_KEY), mount: None }),
        // The facade says which key is missing.
        Some(_) => Ok(Choice { builder, mount: None }),
        None => {
            let own = sellers.iter().any(|(known, origin)| known.id == id && *origin != Origin::Builtin);
            let keys = seller.auth.key_env.join(" or ");
            let notice =
                format!("no key found: using the built-in emulator; set {keys} to use {}", seller.name);
            let path = if own { "/v1".to_owned() } else { mount_of(id) };
            Ok(Choice { builder: builder.provider(id), mount: Some(Mount { path, notice }) })
        }
    }
}

/// The client, and the emulator where it stands in; on a Tokio runtime.
pub(crate) async fn client(choice: Choice, term: &Term) -> Result<(Client, Option<Emulator>), Failure> {
    let Some(mount) = choice.mount else { return Ok((choice.builder.build()?, None)) };
    let emulator = Emulator::builder()
        .start()
        .await
        .map_err(|error| Failure::own(format!("the built-in emulator did not start: {error}")))?;
    term.say(&mount.notice);
    let url = format!("{}{}", emulator.url(), mount.path);
    Ok((choice.builder.base_url(url).api_key(ANY_KEY).build()?, Some(emulator)))
}

impl Choice {
    /// A client that shows its requests and never sends them: a key is not needed for that.
    pub(crate) fn dry(self, term: &Term) -> Result<Client, Failure> {
        if let Some(mount) = &self.mount {
            term.say(format_args!("{} (this dry run shows the request to the seller itself)", mount.notice));
        }
        Ok(self.builder.without_key().build()?)
    }
}

/// How long to wait and how often to try.
fn patience(mut builder: ClientBuilder, args: &SellerArgs) -> ClientBuilder {
    if let Some(seconds) = args.timeout {
        let limit = Duration::from_secs(seconds);
        let each = Some(limit);
        builder = builder.deadlines(Deadlines::new().with_total(each).with_first_byte(each).with_idle(each));
        let mut polls = PollSchedule::default();
        polls.deadline = limit;
        builder = builder.polls(polls);
    }
    match args.retries {
        Some(retries) => builder.retry(RetryPolicy::default().with_max_attempts(retries.saturating_add(1))),
        None => builder,
    }
}

/// Whether the seller's key is set; any seller's, where none is named.
fn has_key(sellers: &Sellers, named: Option<&str>) -> Result<bool, Failure> {
    let set = |seller: &impasto::Seller| seller.auth.key_env.iter().any(|name| env::read(name).is_some());
    match named {
        Some(id) => Ok(set(sellers.find(id).map_err(impasto::Error::from)?)),
        None => Ok(sellers.iter().any(|(seller, _)| set(seller))),
    }
}

/// Where the emulator speaks as this seller, as its page at `/` lists it.
pub(crate) fn mount_of(seller: &str) -> String {
    match seller {
        "openai" => "/v1".to_owned(),
        "azure" => "/azure".to_owned(),
        "azure-v1" => "/azure/openai/v1".to_owned(),
        "atlas" => "/api/v1".to_owned(),
        "openrouter" => "/openrouter/api/v1".to_owned(),
        "lumenfall" => "/lumenfall/openai/v1".to_owned(),
        other => format!("/{other}/v1"),
    }
}

/// Whether a URL stays on this machine.
fn is_loopback(url: &str) -> bool {
    let rest = url.trim().split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_this_machine_is_loopback() {
        for url in
            ["http://127.0.0.1:4010/v1", "http://localhost/v1", "http://[::1]:80/v1", "HTTP://LOCALHOST:1"]
        {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://api.openai.com/v1",
            "http://127.0.0.1.example.com/v1",
            "http://127.0.0.1@example.com/v1",
            "http://localhost.example.com",
            "http://10.0.0.1/v1",
            "",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}

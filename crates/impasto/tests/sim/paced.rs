//! Images a minute: who shares a limit waits for a turn, in order, and not longer than it may.

use std::time::Duration;

use futures_util::future::join_all;
use impasto::{BillingOutcome, Client, ClientBuilder, Deadlines, ErrorKind, ImageCall, ImageRate};
use impasto_emulator::Emulator;

use crate::support::{House, in_virtual_time, input};

async fn house() -> House {
    House::of(Emulator::builder().with("fixed")).await
}

fn small(client: &Client, prompt: &str) -> ImageCall {
    client.generate(prompt).model("gpt-image-2").quality("low").output_format("jpeg")
}

/// When each request left, in seconds.
fn times(house: &House) -> Vec<u64> {
    house.wire.log().iter().map(|line| line.at).collect()
}

#[test]
fn calls_of_one_client_wait_for_their_turn() {
    in_virtual_time(async {
        let house = house().await;
        let client = house.client("openai").images_per_minute(5).build().unwrap();
        for outcome in join_all((0..12).map(|_| small(&client, "a fox").send())).await {
            outcome.unwrap();
        }
        assert_eq!(times(&house), [0, 0, 0, 0, 0, 60, 60, 60, 60, 60, 120, 120]);
    });
}

#[test]
fn clients_of_one_key_share_a_limit_and_others_do_not() {
    in_virtual_time(async {
        let house = house().await;
        let rate = ImageRate::per_minute(2);
        let client = |builder: ClientBuilder| builder.image_rate(&rate).build().unwrap();
        let (one, two) = (client(house.client("openai")), client(house.client("openai")));
        let other = house.client("openai").api_key("sk-emulated-other").images_per_minute(2).build().unwrap();
        let calls = [&one, &two, &one, &two, &other, &other];
        join_all(calls.map(|client| small(client, "a fox").send())).await;
        assert_eq!(times(&house), [0, 0, 0, 0, 60, 60]);
    });
}

#[test]
fn more_than_the_limit_is_split() {
    in_virtual_time(async {
        let house = house().await;
        let client = house.client("openai").images_per_minute(4).build().unwrap();
        let generation = small(&client, "a fox").n(10_u32).send().await.unwrap();
        assert_eq!((generation.images.len(), generation.calls), (10, 3));
        assert_eq!(times(&house), [0, 60, 120]);
    });
}

/// Three input images and one to be made: twice what the limit allows, and not to be split.
#[test]
fn input_images_count() {
    in_virtual_time(async {
        let house = house().await;
        let client = house.client("openai").images_per_minute(2).build().unwrap();
        let edit = client.edit(input(), "a fox").image(input()).image(input()).model("gpt-image-2");
        let calls =
            [small(&client, "a fox").send(), edit.quality("low").send(), small(&client, "a hen").send()];
        join_all(calls).await;
        // The edit leaves when nothing else counts, and counts for two minutes.
        assert_eq!(times(&house), [0, 60, 180]);
    });
}

#[test]
fn a_repeated_attempt_takes_a_turn() {
    in_virtual_time(async {
        let house = house().await;
        house.wire.refuse(1);
        let client = house.client("openai").images_per_minute(1).build().unwrap();
        assert_eq!(small(&client, "a fox").send().await.unwrap().attempts, 2);
        assert_eq!(times(&house), [0, 60]);
    });
}

#[test]
fn nobody_waits_longer_than_the_deadline() {
    in_virtual_time(async {
        let house = house().await;
        let deadlines = Deadlines::new().with_total(Some(Duration::from_secs(90)));
        let client = house.client("openai").images_per_minute(1).deadlines(deadlines).build().unwrap();
        let started = tokio::time::Instant::now();
        let outcomes = join_all((0..4).map(|_| small(&client, "a fox").send())).await;
        let outcomes: Vec<_> = outcomes.into_iter().map(Result::err).collect();
        assert!(outcomes[0].is_none() && outcomes[1].is_none());
        for error in outcomes[2..].iter().flatten() {
            assert_eq!((error.kind(), error.billing()), (ErrorKind::RateLimit, BillingOutcome::NotBilled));
            assert_eq!(error.message(), "the limit of 1 images a minute gives no turn within 90 seconds");
            assert!(error.hint().unwrap().starts_with("nothing was sent"));
        }
        assert!(outcomes[2].is_some() && outcomes[3].is_some());
        assert_eq!(times(&house), [0, 60]);
        assert_eq!(
            started.elapsed().as_secs(),
            60,
            "that it takes too long is known before it is waited for"
        );
    });
}

#[test]
fn patience_goes_before_the_deadline() {
    in_virtual_time(async {
        let house = house().await;
        let rate = ImageRate::per_minute(1).with_patience(Duration::from_secs(3600));
        let client = house.client("openai").image_rate(&rate).build().unwrap();
        let outcomes = join_all((0..15).map(|_| small(&client, "a fox").send())).await;
        assert!(outcomes.iter().all(Result::is_ok));
        assert_eq!(times(&house).last(), Some(&(14 * 60)));
    });
}

#[test]
fn who_gives_up_takes_no_turn() {
    in_virtual_time(async {
        let house = house().await;
        let client = house.client("openai").images_per_minute(1).build().unwrap();
        let call = |prompt: &'static str| {
            let client = client.clone();
            tokio::spawn(async move { small(&client, prompt).send().await.map(|_| ()) })
        };
        let first = call("a fox");
        tokio::task::yield_now().await;
        // One holds the next turn, two stand behind it.
        let (second, third, fourth) = (call("a hen"), call("a hare"), call("an owl"));
        tokio::time::timeout(Duration::from_secs(10), std::future::pending::<()>()).await.unwrap_err();
        second.abort();
        third.abort();
        first.await.unwrap().unwrap();
        fourth.await.unwrap().unwrap();
        assert_eq!(times(&house), [0, 60]);
    });
}

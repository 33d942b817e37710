//! Sends one record with rskafka, which leaves the partition to its caller, as two callers choose it: `murmur2` like
//! Java's client, `sip` by the hash of Rust's own tables. Prints `partition N`.
//!
//! Usage: send BOOTSTRAP TOPIC KEY HEX murmur2|sip
use std::collections::BTreeMap;
use std::error::Error;
use std::hash::{DefaultHasher, Hasher};
use std::time::{SystemTime, UNIX_EPOCH};

use rskafka::chrono::DateTime;
use rskafka::client::ClientBuilder;
use rskafka::client::partition::{Compression, UnknownTopicHandling};
use rskafka::record::Record;

/// As org.apache.kafka.common.utils.Utils.murmur2().
fn murmur2(key: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = 0x9747_b28c ^ key.len() as u32;
    let mut words = key.chunks_exact(4);

    for word in &mut words {
        let k = u32::from_le_bytes(word.try_into().unwrap()).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ (k ^ (k >> 24)).wrapping_mul(M);
    }
    for (i, byte) in words.remainder().iter().enumerate() {
        hash ^= u32::from(*byte) << (8 * i);
    }
    if !words.remainder().is_empty() {
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ (hash >> 13)).wrapping_mul(M);
    hash ^ (hash >> 15)
}

fn place(how: &str, key: &[u8], count: u64) -> i32 {
    let mut sip = DefaultHasher::new();

    sip.write(key);
    let hash = if how == "murmur2" {
        u64::from(murmur2(key) & 0x7fff_ffff)
    } else {
        sip.finish()
    };
    (hash % count) as i32
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap())
        .collect()
}

async fn send(words: &[String]) -> Result<i32, Box<dyn Error>> {
    let [bootstrap, topic, key, hex, how] = words else {
        return Err("send BOOTSTRAP TOPIC KEY HEX murmur2|sip".into());
    };
    let client = ClientBuilder::new(vec![bootstrap.clone()]).build().await?;
    let topics = client.list_topics().await?;
    let found = topics
        .iter()
        .find(|one| one.name == *topic)
        .ok_or("no such topic")?;
    let partition = place(how, key.as_bytes(), found.partitions.len() as u64);
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
    let record = Record {
        key: Some(key.clone().into_bytes()),
        value: Some(bytes(hex)),
        headers: BTreeMap::new(),
        timestamp: DateTime::from_timestamp_millis(now).ok_or("no time")?,
    };

    let there = client
        .partition_client(topic.clone(), partition, UnknownTopicHandling::Retry)
        .await?;
    there
        .produce(vec![record], Compression::NoCompression)
        .await?;
    Ok(partition)
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;

    println!("partition {}", runtime.block_on(send(&words))?);
    Ok(())
}

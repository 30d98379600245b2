//! Signs the checksums of a release with an OpenPGP key, as Terraform's registry wants them signed.
//!
//! A workspace of its own, with a lock file of its own: what it needs beside the provider's dependencies is in no release.

use std::{env, error::Error, fs, process::ExitCode};

use pgp::{
    composed::{
        ArmorOptions, Deserializable as _, DetachedSignature, EncryptionCaps, KeyType, SecretKeyParamsBuilder,
        SignedSecretKey,
    },
    crypto::hash::HashAlgorithm,
    ser::Serialize as _,
    types::{KeyDetails as _, Password},
};
use rand::thread_rng;

/// What opens a key that is protected; empty for one that is not.
const PASSPHRASE: &str = "SIGNING_KEY_PASSPHRASE";

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sign", key, file] => sign(key, file),
        ["public", key] => public(key),
        ["id", key] => id(key),
        ["generate", key] => generate(key),
        _ => Err("usage: signer sign KEY FILE | public KEY | id KEY | generate KEY".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("signer: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The secret key in a file, as `gpg --armor --export-secret-keys` writes it.
fn load(file: &str) -> Result<SignedSecretKey, Box<dyn Error>> {
    let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let (key, _) = SignedSecretKey::from_string(&text)
        .map_err(|error| format!("{file} is not an armored OpenPGP secret key: {error}"))?;
    Ok(key)
}

/// Writes the detached signature of a file beside it, into `<file>.sig`.
fn sign(key: &str, file: &str) -> Outcome {
    let key = load(key)?;
    let data = fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    let password = Password::from(env::var(PASSPHRASE).unwrap_or_default());
    // Some keys sign by a subkey only.
    let may_sign = |key: &&pgp::composed::SignedSecretSubKey| key.signatures.iter().any(|by| by.key_flags().sign());
    let (random, hash) = (thread_rng(), HashAlgorithm::Sha256);
    let signed = match key.secret_subkeys.iter().find(may_sign) {
        Some(subkey) => DetachedSignature::sign_binary_data(random, &subkey.key, &password, hash, &data[..]),
        None => DetachedSignature::sign_binary_data(random, &key.primary_key, &password, hash, &data[..]),
    };
    let signature =
        signed.map_err(|error| format!("the key does not sign ({PASSPHRASE} opens a protected one): {error}"))?;
    let to = format!("{file}.sig");
    fs::write(&to, signature.to_bytes()?).map_err(|error| format!("{to}: {error}").into())
}

/// Prints the public key that belongs to a secret one, armored.
fn public(key: &str) -> Outcome {
    print!("{}", load(key)?.to_public_key().to_armored_string(ArmorOptions::default())?);
    Ok(())
}

/// Prints the id of a key, as the registry shows it.
fn id(key: &str) -> Outcome {
    println!("{}", load(key)?.legacy_key_id().to_string().to_uppercase());
    Ok(())
}

/// Writes a new secret key that nothing protects: for a rehearsal, not for a release.
fn generate(key: &str) -> Outcome {
    let mut parameters = SecretKeyParamsBuilder::default();
    parameters
        .key_type(KeyType::Rsa(2048))
        .can_certify(true)
        .can_sign(true)
        .can_encrypt(EncryptionCaps::None)
        .primary_user_id("Rehearsal <rehearsal@localhost>".into());
    let secret = parameters.build()?.generate(thread_rng())?;
    let text = secret.to_armored_string(ArmorOptions::default())?;
    fs::write(key, text).map_err(|error| format!("{key}: {error}").into())
}

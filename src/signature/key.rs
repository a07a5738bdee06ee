//! Keys and signatures in OpenSSH's formats: the one door of `ssh_key`.

use crate::secret::Secret;
use ssh_key::{Algorithm, HashAlg, LineEnding, PrivateKey, PublicKey, SshSig};

/// What SSH calls the purpose of a signature: one made for anything else is not one over a run.
pub const NAMESPACE: &str = "usher-run";

/// How a key is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName {
    /// Its fingerprint, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// What its owner calls it; may be empty.
    pub comment: String,
}

/// An Ed25519 key that can sign.
pub struct SigningKey(PrivateKey);

/// Why a key cannot sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyTrouble {
    /// The text is no private key in OpenSSH's format, or one of a kind that is not even read.
    NoKey,
    /// It is of another kind, which is named.
    OtherKind(String),
    /// It is locked, and no passphrase was given.
    Locked,
    /// The passphrase does not open it.
    WrongPassphrase,
}

impl SigningKey {
    /// Reads a private key. The passphrase is only used when the key is locked.
    pub fn read(text: &str, passphrase: Option<&Secret>) -> Result<Self, KeyTrouble> {
        let key = PrivateKey::from_openssh(text.trim_ascii()).map_err(|_| KeyTrouble::NoKey)?;
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(KeyTrouble::OtherKind(key.algorithm().to_string()));
        }
        if !key.is_encrypted() {
            return Ok(Self(key));
        }
        let passphrase = passphrase.ok_or(KeyTrouble::Locked)?;
        key.decrypt(passphrase.reveal()).map(Self).map_err(|_| KeyTrouble::WrongPassphrase)
    }

    /// How it is called.
    pub fn name(&self) -> KeyName {
        KeyName {
            fingerprint: self.0.fingerprint(HashAlg::Sha256).to_string(),
            comment: self.0.comment().to_owned(),
        }
    }

    /// The armoured signature over a text.
    pub fn sign(&self, text: &str) -> Result<String, String> {
        self.0
            .sign(NAMESPACE, HashAlg::Sha512, text.as_bytes())
            .and_then(|signature| signature.to_pem(LineEnding::LF))
            .map_err(|error| error.to_string())
    }
}

/// A signature that was read; whether it fits is asked with [`Signature::fits`].
pub struct Signature {
    key: PublicKey,
    signature: SshSig,
}

impl Signature {
    /// Reads an armoured signature. The error says why it is none over a run.
    pub fn read(armoured: &[u8]) -> Result<Self, String> {
        let signature = SshSig::from_pem(armoured).map_err(|_| "is not an SSH signature".to_owned())?;
        if signature.namespace() != NAMESPACE {
            return Err(format!(
                "was made for {:?} and not for {NAMESPACE:?}",
                signature.namespace().chars().take(40).collect::<String>()
            ));
        }
        let key = PublicKey::new(signature.public_key().clone(), "");
        if key.algorithm() != Algorithm::Ed25519 {
            return Err(format!("is of another kind than Ed25519: {}", key.algorithm()));
        }
        Ok(Self { key, signature })
    }

    /// The fingerprint of the key that made it.
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint(HashAlg::Sha256).to_string()
    }

    /// Whether it was made over exactly these bytes.
    pub fn fits(&self, bytes: &[u8]) -> bool {
        self.key.verify(NAMESPACE, bytes, &self.signature).is_ok()
    }

    /// Whether this is the key that made it.
    pub(super) fn is_by(&self, key: &Key) -> bool {
        self.key.key_data() == key.0.key_data()
    }
}

/// Somebody's public key.
#[derive(Clone, Debug)]
pub(super) struct Key(PublicKey);

impl Key {
    /// Reads `ssh-ed25519 AAAA...`.
    pub(super) fn read(kind: &str, base64: &str) -> Option<Self> {
        PublicKey::from_openssh(&format!("{kind} {base64}")).ok().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use ssh_key::private::{Ed25519Keypair, KeypairData};
    use ssh_key::{Cipher, Kdf};

    /// A key that opens nothing.
    fn key() -> PrivateKey {
        let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&[7; 32]));
        PrivateKey::new(pair, "ada@it-desk-04").unwrap()
    }

    fn written(key: &PrivateKey) -> String {
        key.to_openssh(LineEnding::LF).unwrap().to_string()
    }

    #[test]
    fn signs_and_fits_only_what_was_signed() {
        let key = SigningKey::read(&written(&key()), None).ok().unwrap();
        assert_eq!(key.name().comment, "ada@it-desk-04");
        let armoured = key.sign("a text\n").unwrap();
        let signature = Signature::read(armoured.as_bytes()).ok().unwrap();
        assert_eq!(signature.fingerprint(), key.name().fingerprint);
        assert!(signature.fits(b"a text\n") && !signature.fits(b"a text") && !signature.fits(b"another\n"));
    }

    #[test]
    fn what_cannot_sign_says_why() {
        let why = |text: &str, passphrase: Option<&str>| {
            let passphrase = passphrase.map(|text| Secret::new(text.to_owned()));
            SigningKey::read(text, passphrase.as_ref()).err()
        };
        let open = written(&key());
        let kdf = Kdf::Bcrypt { salt: vec![1; 16], rounds: 2 };
        let locked = written(&key().encrypt_with(Cipher::Aes256Ctr, kdf, 1, "hunter2").unwrap());
        let why_not = |passphrase| why(&locked, passphrase);
        assert_eq!(why_not(None), Some(KeyTrouble::Locked));
        assert_eq!(why_not(Some("hunter3")), Some(KeyTrouble::WrongPassphrase));
        assert_eq!(why_not(Some("hunter2")), None);
        assert_eq!(why(&open, Some("not needed")), None);
        for none in ["", "-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-ed25519 AAAA"] {
            assert_eq!(why(none, None), Some(KeyTrouble::NoKey), "{none}");
        }
    }

    #[test]
    fn what_is_no_signature_over_a_run_is_refused() {
        for text in ["", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----\n", &*written(&key())] {
            assert!(Signature::read(text.as_bytes()).err().unwrap().contains("is not an SSH signature"));
        }
        let mail = key().sign("file", HashAlg::Sha512, b"a").unwrap().to_pem(LineEnding::LF).unwrap();
        assert!(Signature::read(mail.as_bytes()).err().unwrap().contains("was made for \"file\""));
    }
}

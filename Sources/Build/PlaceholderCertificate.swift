// Unsafe: libcrypto's objects.
import COpenSSL
import Support

/// A self-signed certificate, so that nginx starts before the first real one is issued.
enum PlaceholderCertificate {
    /// PEM of a P-256 key and of a certificate for `host` that says what it is. Random: never part of a
    /// generation, only of the state folder.
    /// - Parameter now: seconds since 1970; the certificate is valid from a day before for ten years.
    static func make(host: String, now: Int) throws(BuildError) -> (certificate: [UInt8], key: [UInt8]) {
        let context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        guard EVP_PKEY_keygen_init(context) == 1,
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1,
            EVP_PKEY_keygen(context, &key) == 1
        else { throw .other("libcrypto can't make a P-256 key") }
        defer { EVP_PKEY_free(key) }

        let certificate = X509_new()
        defer { X509_free(certificate) }
        X509_set_version(certificate, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1)
        ASN1_TIME_set(X509_getm_notBefore(certificate), now - 86_400)
        ASN1_TIME_set(X509_getm_notAfter(certificate), now + 3650 * 86_400)
        X509_set_pubkey(certificate, key)
        let name = X509_get_subject_name(certificate)
        let title = "wayseal placeholder, no certificate issued yet"
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, Array(title.utf8), -1, -1, 0)
        X509_set_issuer_name(certificate, name)
        let names = X509V3_EXT_conf_nid(nil, nil, NID_subject_alt_name, "DNS:\(host)")
        defer { X509_EXTENSION_free(names) }
        guard names != nil, X509_add_ext(certificate, names, -1) == 1,
            X509_sign(certificate, key, EVP_sha256()) > 0
        else { throw .other("libcrypto can't make a certificate for \(host)") }
        return (
            try pem { PEM_write_bio_X509($0, certificate) },
            try pem { PEM_write_bio_PrivateKey($0, key, nil, nil, 0, nil, nil) }
        )
    }

    private static func pem(_ write: (OpaquePointer?) -> Int32) throws(BuildError) -> [UInt8] {
        let output = BIO_new(BIO_s_mem())
        defer { BIO_free(output) }
        var text = [UInt8](repeating: 0, count: 8192)
        guard write(output) == 1 else { throw .other("libcrypto can't write PEM") }
        let length = BIO_read(output, &text, Int32(text.count))
        return Array(text[..<max(0, Int(length))])
    }
}

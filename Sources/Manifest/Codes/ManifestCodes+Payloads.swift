import Support

extension ManifestCodes {
    static let payloads = [badPayload, secretMissing]

    static let badPayload = define(
        "bad-payload", "a code can't hold this",
        """
        What a code holds by itself (a contact, a network, a payment …) is read by telephones, which do not forgive mistakes:
        numbers are checked by their check digits, texts by what the format has room for. A printed code can't be mended.
        """,
        bad: "links:\n  pay: { epc: { name: Vinea Estates, iban: AT611904300234573200 } }",
        mended: "links:\n  pay: { epc: { name: Vinea Estates, iban: AT611904300234573201 } }")
    static let secretMissing = define(
        "secret-missing", "the secret of a code is not on this machine",
        """
        The manifest can be read, checked and compared without it, for example in a pull request. A build is refused: the
        code would be printed without what it is for.
        """,
        bad: "links:\n  guests: { wifi: { ssid: Guests, password: \"${file:secrets/none.txt}\" } }",
        mended: "links:\n  guests: { wifi: { ssid: Guests, security: nopass } }")
}

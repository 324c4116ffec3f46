/// The mustache templates of this folder, compiled into the program.
public enum SiteTemplates {
    /// What a domain shows itself: at `/` (section `home`), and where there is no link (section `missing`).
    public static var page: [UInt8] { PackageResources.page_html }

    /// The page that verifies records.
    public static var verify: [UInt8] { PackageResources.verify_html }
    /// Its style sheet.
    public static var verifyStyle: [UInt8] { PackageResources.verify_css }
    /// Its script: checks, words, page, in this order.
    public static var verifyScript: [UInt8] {
        PackageResources.verify_core_js + PackageResources.verify_words_js + PackageResources.verify_page_js
    }

    /// The page of a certificate.
    public static var certificatePage: [UInt8] { PackageResources.certificate_html }
    /// The drawing of a certificate on paper.
    public static var certificatePaper: [UInt8] { PackageResources.certificate_paper }
}

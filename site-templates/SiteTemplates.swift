/// The mustache templates of this folder and what they are filled with, compiled into the program.
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
    /// Why a link doesn't open, the button before a scan (section `confirm`), the password (section `gate`).
    public static var policy: [UInt8] { PackageResources.policy_html }
    /// What fetchers of link previews see.
    public static var preview: [UInt8] { PackageResources.preview_html }
    /// The style of all pages.
    public static var style: [UInt8] { PackageResources.style_css }
    /// The script of the page that asks for a password, and of the one that says it was wrong.
    public static var password: [UInt8] { PackageResources.password_js }
    /// What the pages say, in all languages.
    public static var phrases: [UInt8] { PackageResources.phrases_txt }
}

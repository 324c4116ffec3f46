/// The mustache templates of this folder, compiled into the program.
public enum SiteTemplates {
    /// What a domain shows itself: at `/` (section `home`), and where there is no link (section `missing`).
    public static var page: [UInt8] { PackageResources.page_html }
}

/// The mustache templates of this folder, compiled into the program.
public enum SiteTemplates {
    /// What a visitor sees where there is no redirect: unknown slug, server trouble.
    public static var error: [UInt8] { PackageResources.error_html }
    /// What `/` of a domain shows.
    public static var home: [UInt8] { PackageResources.home_html }
}

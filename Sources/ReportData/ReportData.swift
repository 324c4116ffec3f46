/// The geometry and the names of the report's map, compiled in; generate.py made them and says how to read them.

/// Files of this folder.
public enum ReportData {
    /// `world.txt`: ASCII.
    public static var world: [UInt8] { PackageResources.world_txt }
    /// `territories.txt`: UTF-8.
    public static var territories: [UInt8] { PackageResources.territories_txt }
    /// `languages.txt`: UTF-8.
    public static var languages: [UInt8] { PackageResources.languages_txt }
}

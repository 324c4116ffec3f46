/// The JSON Schema of manifests, for editors: `wayseal schema` prints it.
public enum ManifestSchema {
    /// The schema as it stands in `wayseal.schema.json` (JSON Schema draft 2020-12).
    public static var json: [UInt8] { PackageResources.wayseal_schema_json }
}

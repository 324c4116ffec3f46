internal import CLinux

/// The memory of this process.
public enum Memory {
    /// From now on blocks of 1 MiB and more go back to the system when they are freed: for work that needs many large
    /// blocks one after the other, whose peak then is what is in use. Ingesting five million lines takes 40 MB instead
    /// of 68, and 5 % more time.
    public static func returnLargeBlocks() { clinux_return_blocks(1 << 20) }
}

import Glibc

/// What MAILROOM_SEED names, else `usual`: every run of the tests is the same, unless another one is asked for.
func seed(_ usual: UInt64) -> UInt64 { getenv("MAILROOM_SEED").flatMap { UInt64(String(cString: $0)) } ?? usual }

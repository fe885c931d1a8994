/// The version of this build, as `--version`, Health and the metrics tell it.
package enum Version {
  package static let current = "0.1.0"
}

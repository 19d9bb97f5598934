import Base
import CMailroom
import CSystem

/// An operation that only one provider has, as its table declares it.
struct PluginOperation: @unchecked Sendable {
    static let maximumArguments = 16

    /// One argument: its letter of the closed set, and its name in the arguments' record.
    struct Argument: Sendable {
        enum Letter: Character, Sendable {
            case int32 = "i"
            case int64 = "l"
            case double = "d"
            case text = "s"
            case optionalText = "S"
            case bytes = "y"
            case record = "r"

            var code: CChar { CChar(bitPattern: rawValue.asciiValue ?? 0) }
        }

        let letter: Letter
        let name: String
    }

    let name: String
    let summary: String
    let arguments: [Argument]
    let function: @convention(c) () -> Void

    /// - Throws: `MR_E_PLUGIN` saying what is wrong with the declaration.
    init(_ entry: mr_operation) throws(Failure) {
        guard Int(entry.size) >= MemoryLayout<mr_operation>.size else {
            throw LoadedPlugin.refused("a table of \(entry.size) octets")
        }
        guard let name = HostText.read(entry.name, limit: 64), HostText.isName(name, limit: 64, dots: true) else {
            throw LoadedPlugin.refused("no proper name")
        }
        guard let function = entry.function as Optional else { throw LoadedPlugin.refused("\(name) has no function") }
        guard let signature = HostText.read(entry.signature, limit: PluginOperation.maximumArguments) else {
            throw LoadedPlugin.refused(
                "\(name) has no signature, or more than \(PluginOperation.maximumArguments) arguments")
        }
        guard let list = HostText.read(entry.argument_names, limit: 1024) else {
            throw LoadedPlugin.refused("\(name) has no argument names")
        }
        let names = list.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let given = list.isEmpty ? [] : names
        guard given.count == signature.count else {
            throw LoadedPlugin.refused("\(name) has \(signature.count) arguments and \(given.count) names")
        }
        var arguments: [Argument] = []
        for (character, argument) in zip(signature, given) {
            guard let letter = Argument.Letter(rawValue: character) else {
                throw LoadedPlugin.refused("\(name) has the letter \(character) in its signature")
            }
            guard HostText.isName(argument, limit: 64), !arguments.contains(where: { $0.name == argument }) else {
                throw LoadedPlugin.refused("\(name) has an argument without a proper name of its own")
            }
            arguments.append(Argument(letter: letter, name: argument))
        }
        self.name = name
        summary = HostText.line(HostText.read(entry.summary, limit: 500) ?? "", limit: 500)
        self.arguments = arguments
        self.function = function
    }
}

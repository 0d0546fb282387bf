using System.Collections;
using System.Runtime.InteropServices;

namespace WeightSharing.Peers.Running;

/// <summary>
/// Starts the program once more with the environment in which the peers do their best: environment variables that native code reads at its start
/// cannot be set from inside.
/// </summary>
internal static partial class PeerEnvironment
{
    private const string Ready = "WEIGHTSHARING_PEERS_READY";

    // What a variable is set to unless the caller has set it.
    private static readonly (string Name, string Value)[] Variables =
    [
        // glibc gives large blocks back to the system at once and faults them in again at the next use: libtorch's tensors would pay for it.
        ("MALLOC_MMAP_THRESHOLD_", "1073741824"),
        ("MALLOC_TRIM_THRESHOLD_", "4294967296"),
        ("MALLOC_TOP_PAD_", "67108864"),
        // The optimised code of this library's outer layers comes after 30 calls, not after a pause of 100 ms too: shorter warm-up, same steady state.
        ("DOTNET_TC_CallCountingDelayMs", "0"),
    ];

    /// <summary>Goes on as the program with its environment set; null when that is so already, or not needed.</summary>
    public static int? Enter(string[] arguments)
    {
        if (!OperatingSystem.IsLinux() || Environment.GetEnvironmentVariable(Ready) is not null) return null;
        OldStandardLibrary.Prepare(AppContext.BaseDirectory);
        var variables = new Dictionary<string, string>();
        foreach (DictionaryEntry pair in Environment.GetEnvironmentVariables()) variables[(string)pair.Key] = (string?)pair.Value ?? "";
        foreach ((string name, string value) in Variables) variables.TryAdd(name, value);
        variables[Ready] = "1";

        string program = Environment.ProcessPath ?? throw new InvalidOperationException("The program does not know where it lies.");
        string[] own = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Environment.GetCommandLineArgs()[0]] : [program];
        Execute(program, [.. own, .. arguments, null], [.. variables.Select(pair => $"{pair.Key}={pair.Value}"), null]);
        throw new InvalidOperationException($"{program} could not be started again: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Replaces the process, so that signals and exit codes need no forwarding; returns only on failure.</summary>
    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using WeightSharing.Kernels;

namespace WeightSharing.Benchmarks.Results;

/// <summary>What results depend on: the processor, the platform, the library.</summary>
internal static class Machine
{
    /// <summary>
    /// The processor's name as its maker writes it, or its architecture where that is not told; on x86 with the family, which tells generations apart where
    /// virtual machines give them all one name (25 is Zen 3 and 4, 26 is Zen 5).
    /// </summary>
    public static string Processor { get; } = ProcessorName() + Family();

    /// <summary>One line for the head of a file of results.</summary>
    public static string Description =>
        $"{Processor}, {Environment.ProcessorCount} processors, {Simd.Chosen}; {RuntimeInformation.OSDescription}; {RuntimeInformation.FrameworkDescription}; "
        + $"WeightSharing {typeof(Simd).Assembly.GetName().Version!.ToString(3)}";

    /// <summary>A folder's name for this processor.</summary>
    public static string Folder => string.Concat(Processor.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-')).Trim('-')
        .Replace("--", "-", StringComparison.Ordinal) + $"-{Environment.ProcessorCount}";

    /// <summary>The root of the repository that the program was built in.</summary>
    /// <exception cref="InvalidOperationException">It runs elsewhere.</exception>
    public static string Repository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder != null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "WeightSharing.sln"))) return folder.FullName;
        throw new InvalidOperationException("This measurement builds a program of the repository, and runs inside it only.");
    }

    private static string ProcessorName()
    {
        const string Field = "model name";
        string? line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(text => text.StartsWith(Field, StringComparison.Ordinal)) : null;
        return line is null
            ? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString()
            : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    // Leaf 1 of CPUID: bits 8 to 11, and where they are all set bits 20 to 27 on top.
    private static string Family()
    {
        if (!X86Base.IsSupported) return "";
        int signature = X86Base.CpuId(1, 0).Eax, family = (signature >> 8) & 0xF;
        return $" family {(family == 0xF ? family + ((signature >> 20) & 0xFF) : family)}";
    }
}

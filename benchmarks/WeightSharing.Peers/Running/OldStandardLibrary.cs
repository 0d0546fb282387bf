using System.Buffers.Binary;
using System.Text;

namespace WeightSharing.Peers.Running;

/// <summary>
/// Lets libtorch load where the system's libstdc++ is older than the one it was built with (Debian 12). It asks for version GLIBCXX_3.4.32 of that
/// library, of which it uses one empty marker function alone: the requirement is marked as weak, in the copies in this program's own folder.
/// </summary>
/// <remarks>Layout of ELF files: System V Application Binary Interface; of version requirements: Linux Standard Base, chapter 10.7.</remarks>
internal static class OldStandardLibrary
{
    private const string Version = "GLIBCXX_3.4.32";
    private const uint RequirementSection = 0x6FFFFFFE;
    private const ushort Weak = 2;

    /// <summary>Changes the libraries below the folder where that is needed; a second time it finds nothing to do.</summary>
    public static void Prepare(string folder)
    {
        if (SystemHasVersion()) return;

        // A build may have put the libraries there anew: the note says which files were seen.
        string note = Path.Combine(folder, ".libstdc++-prepared");
        if (File.Exists(note) && File.ReadAllText(note) == Seen(folder)) return;
        foreach (string path in Directory.EnumerateFiles(folder, "*.so*", SearchOption.AllDirectories))
        {
            byte[] library = File.ReadAllBytes(path);
            if (library.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Version)) < 0 || !Weaken(library)) continue;
            // A file of its own: the one in the folder may be a link to the package's.
            string copy = path + ".weak";
            File.WriteAllBytes(copy, library);
            File.Move(copy, path, overwrite: true);
        }

        File.WriteAllText(note, Seen(folder));
    }

    private static string Seen(string folder) => string.Concat(Directory.EnumerateFiles(folder, "*.so*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks}\n"));

    private static bool SystemHasVersion()
    {
        // The runtime itself has loaded the library.
        string? path = File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..])
            .FirstOrDefault(name => Path.GetFileName(name).StartsWith("libstdc++.so", StringComparison.Ordinal));
        return path is null || File.ReadAllBytes(path).AsSpan().IndexOf(Encoding.ASCII.GetBytes(Version)) >= 0;
    }

    private static bool Weaken(Span<byte> file)
    {
        if (file.Length < 64 || !file[..4].SequenceEqual("\u007fELF"u8)) return false;
        bool changed = false;
        (int table, int size, int count) = ((int)Long(file, 0x28), Short(file, 0x3A), Short(file, 0x3C));
        for (int i = 0; i < count; i++)
        {
            int header = table + i * size;
            if (Int(file, header + 4) != RequirementSection) continue;
            int strings = (int)Long(file, table + (int)Int(file, header + 40) * size + 24);
            for (int need = (int)Long(file, header + 24); ;)
            {
                int entry = need + (int)Int(file, need + 8);
                for (int left = Short(file, need + 2); left > 0; left--)
                {
                    ReadOnlySpan<byte> name = file[(strings + (int)Int(file, entry + 8))..];
                    if (Encoding.ASCII.GetString(name[..name.IndexOf((byte)0)]) == Version && (Short(file, entry + 4) & Weak) == 0)
                    {
                        BinaryPrimitives.WriteUInt16LittleEndian(file[(entry + 4)..], (ushort)(Short(file, entry + 4) | Weak));
                        changed = true;
                    }

                    entry += (int)Int(file, entry + 12);
                }

                if (Int(file, need + 12) is not (> 0 and var next)) break;
                need += (int)next;
            }
        }

        return changed;
    }

    private static ushort Short(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file[at..]);

    private static uint Int(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt32LittleEndian(file[at..]);

    private static long Long(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadInt64LittleEndian(file[at..]);
}

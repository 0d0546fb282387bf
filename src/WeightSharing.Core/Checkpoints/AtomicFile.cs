namespace WeightSharing.Checkpoints;

/// <summary>Files that are either as before or complete, whenever the process or the machine stops.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes a temporary file in the same folder, flushes it to disk, and renames it over <paramref name="path"/>. When
    /// <paramref name="write"/> throws, the temporary file is removed and the old file stays.
    /// </summary>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        // Renaming over a link would replace the link; the file that it leads to is meant.
        var file = new FileInfo(path);
        string target = (file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) ?? file).FullName;
        string temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 16 };
        if (!OperatingSystem.IsWindows() && File.Exists(target)) options.UnixCreateMode = File.GetUnixFileMode(target);
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}

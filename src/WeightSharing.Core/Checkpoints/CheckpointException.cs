namespace WeightSharing.Checkpoints;

/// <summary>A file of tensors is damaged, lies about its contents, or does not hold what was asked of it.</summary>
/// <remarks>The message names the file, the entry where there is one, what was found, and the rule that it breaks.</remarks>
public sealed class CheckpointException : Exception
{
    /// <summary>Without further information.</summary>
    public CheckpointException()
    {
    }

    /// <summary>With a message.</summary>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and the exception that led to it.</summary>
    public CheckpointException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>About a file, or one entry of it.</summary>
    /// <param name="file">Path or description of the source.</param>
    /// <param name="entry">Name of the tensor, or null for the file as a whole.</param>
    /// <param name="problem">What was found and what the rule is.</param>
    /// <param name="innerException">What led to it, if anything.</param>
    public CheckpointException(string file, string? entry, string problem, Exception? innerException = null)
        : base($"{file}: {(entry is null ? "" : $"entry {Quote(entry)}: ")}{problem}", innerException)
    {
        File = file;
        Entry = entry;
    }

    /// <summary>Path or description of the source; null when the exception is not about one.</summary>
    public string? File { get; }

    /// <summary>Name of the tensor; null when the file as a whole is at fault.</summary>
    public string? Entry { get; }

    /// <summary>The text in quotation marks, shortened: a damaged file may hold names of megabytes.</summary>
    internal static string Quote(string text) => text.Length <= 100 ? $"\"{text}\"" : $"\"{text[..100]}…\" ({text.Length} characters)";
}

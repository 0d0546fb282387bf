using WeightSharing.Peers.Contestants;

namespace WeightSharing.Peers.Running;

/// <summary>One piece of work that every contestant does on the same numbers.</summary>
/// <param name="Name">Name, with the sizes.</param>
/// <param name="Mode">What is timed.</param>
/// <param name="Operations">Arithmetic operations of one run, a multiply-add counting two; one an element where functions are computed.</param>
/// <param name="Prepare">Enters the contestants.</param>
internal sealed record Work(string Name, Mode Mode, double Operations, Action<Contest> Prepare)
{
    /// <summary>The mode as files name it.</summary>
    public string ModeName => Mode.ToString().ToLowerInvariant();

    /// <summary>Name and mode.</summary>
    public string Title => $"{Name}, {ModeName}";

    /// <summary>True when the name or mode has the text.</summary>
    public bool Matches(string text) => Title.Contains(text, StringComparison.OrdinalIgnoreCase);

    /// <summary>Inference, and forward with gradients, of the same layer; the gradients of both operands cost a forward pass each.</summary>
    public static IEnumerable<Work> Both(string name, double operations, Action<Contest> prepare, double gradients = 2) =>
    [
        new(name, Mode.Forward, operations, prepare),
        new(name, Mode.Training, operations * (1 + gradients), prepare),
    ];
}

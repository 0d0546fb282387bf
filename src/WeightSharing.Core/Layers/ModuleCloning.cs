namespace WeightSharing.Layers;

/// <summary>A module of whatever element type: what <see cref="ModuleCloning"/> needs to know. Every <see cref="Module{T}"/> is one.</summary>
public interface IModule
{
    /// <summary>A copy of the same type that shares nothing with this module; call <c>Clone()</c>, which keeps the static type.</summary>
    IModule CopyModule();
}

/// <summary>Copies of modules.</summary>
public static class ModuleCloning
{
    extension<TModule>(TModule module)
        where TModule : class, IModule
    {
        /// <summary>
        /// A copy that shares nothing with the original and shares the same within itself: one parameter stays one, under all its names, with its
        /// tyings, frozen flag, buffers, mode and random keys. Its ledgers name the same usages, each counted zero times.
        /// </summary>
        /// <exception cref="NotSupportedException">A module does not say how it is copied.</exception>
        /// <exception cref="InvalidOperationException">A module's copy has other names or sharing than the module.</exception>
        public TModule Clone()
        {
            ArgumentNullException.ThrowIfNull(module);
            IModule copy = module.CopyModule();
            return copy as TModule ?? throw new InvalidOperationException(
                $"Clone: the copy of {module.GetType().Name} is a {copy.GetType().Name}; CopyAs must make a module of the same class.");
        }
    }
}

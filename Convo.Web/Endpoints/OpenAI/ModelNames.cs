using System.Globalization;
using Convo.Core.Models;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary>How the routes for OpenAI's SDKs call things.</summary>
internal sealed class ModelNames(IModelCatalogue catalogue)
{
    /// <summary>The short name where it is enough, else <c>provider/name</c>.</summary>
    public string Of(ModelInfo model) => catalogue.Find(model.Id) == model ? model.Id : model.QualifiedId;

    public string Of(string qualifiedId) => catalogue.Find(qualifiedId) is { } model ? Of(model) : qualifiedId;

    public static string IdOf(Guid id) => "chatcmpl-" + id.ToString("N", CultureInfo.InvariantCulture);
}

using Convo.Core.Knowledge;

namespace Convo.Web.Components.Chat;

/// <summary>The source that the pane shows: a citation and the answer it stands in.</summary>
public sealed record OpenSource(Guid MessageId, Citation Citation);

/// <summary>A stretch of the page: quoted words, the passage that was given to the model, or what is around it.</summary>
public sealed record SourceSegment(string Text, bool InPassage, bool Quoted);

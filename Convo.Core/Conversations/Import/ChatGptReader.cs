using Convo.Core.Shared;

namespace Convo.Core.Conversations.Import;

/// <summary>
/// A conversation of a ChatGPT export: a mapping of nodes with parent and children. What was never shown is left out and its children move
/// up to the nearest message that was; pieces of one answer, between which tools ran, become one again.
/// </summary>
internal sealed class ChatGptReader
{
    private const long MaxWritten = 100_000_000;

    private readonly Dictionary<string, ChatGptNode> _nodes = [];
    private readonly Dictionary<string, List<ChatGptNode>> _children = [];
    private readonly HashSet<string> _reached = [];
    private readonly List<MessageDraft> _messages = [];
    private readonly DateTimeOffset _createdAt;
    private long _written;

    private ChatGptReader(JsonMember item)
    {
        _createdAt = ChatGptNode.Time(item["create_time"]) ?? DateTimeOffset.UnixEpoch;
        var mapping = item["mapping"];
        foreach (var (name, node) in mapping.Members())
        {
            _nodes[name] = ChatGptNode.Read(name, node);
        }
    }

    public static bool Recognises(JsonMember item) => item["mapping"].Element.ValueKind == System.Text.Json.JsonValueKind.Object;

    public static ThreadDraft Read(JsonMember item)
    {
        var reader = new ChatGptReader(item);
        reader.Link();
        reader.Walk();
        var leaf = item["current_node"].OptionalText();
        var pictures = reader._nodes.Values.Sum(node => node.Pictures);
        return new ThreadDraft(
            "chatgpt",
            item["conversation_id"].OptionalText() ?? item["id"].OptionalText() ?? $"{item["title"].OptionalText()}\n{reader._createdAt:O}\n{leaf}",
            item["title"].OptionalText(), reader._createdAt, ChatGptNode.Time(item["update_time"]) ?? reader._createdAt, reader.Shown(leaf), reader._messages)
        {
            Archived = item["is_archived"].Flag(),
            Notes = pictures == 0 ? [] : [$"{pictures} {(pictures == 1 ? "picture is" : "pictures are")} not part of the export."],
        };
    }

    /// <summary>A node's parent is what it says itself; the parent's list gives the order.</summary>
    private void Link()
    {
        foreach (var node in _nodes.Values)
        {
            var siblings = Of(_children, node.ParentId is { } parent && _nodes.ContainsKey(parent) ? parent : "");
            siblings.Add(node);
        }

        foreach (var (parent, children) in _children)
        {
            if (_nodes.TryGetValue(parent, out var node) && children.Count > 1)
            {
                var places = node.ChildIds.Distinct().Select((id, i) => (id, i)).ToDictionary(pair => pair.id, pair => pair.i);
                var ordered = children.OrderBy(child => places.GetValueOrDefault(child.Id, int.MaxValue)).ToList();
                children.Clear();
                children.AddRange(ordered);
            }
        }

        static List<ChatGptNode> Of(Dictionary<string, List<ChatGptNode>> lists, string key) => lists.TryGetValue(key, out var list) ? list : lists[key] = [];
    }

    /// <summary>From the roots down, without recursion: a chat may be thousands of messages deep.</summary>
    private void Walk()
    {
        var open = new Stack<Step>();
        Push(open, "", new Step(null!, null, null, _createdAt));
        while (open.TryPop(out var step))
        {
            _reached.Add(step.Node.Id);
            Push(open, step.Node.Id, Take(step));
        }

        if (_nodes.Values.FirstOrDefault(node => !_reached.Contains(node.Id)) is { } lost)
        {
            throw ConvoException.Invalid($"{lost.Path}.parent", $"{lost.Path}.parent leads round in a circle, so the chat has no beginning.");
        }
    }

    private void Push(Stack<Step> open, string parent, Step above)
    {
        // Last in, first out: the first branch is walked first.
        foreach (var child in Enumerable.Reverse(_children.GetValueOrDefault(parent) ?? []))
        {
            open.Push(above with { Node = child });
        }
    }

    /// <summary>Emits the node's message, if it has one, and tells what its children hang on.</summary>
    private Step Take(Step step)
    {
        var node = step.Node;
        var at = node.At ?? step.At;
        if (!node.IsShown)
        {
            return step with { At = at };
        }

        var isAnswer = node.Role == MessageRole.Assistant;
        var piece = isAnswer && step.Piece is { } before
            ? before with { Text = before.Text + "\n\n" + node.Text, Key = node.Id }
            : new Piece(node.Id, step.Piece is { } answer ? answer.Key : step.ParentKey, node.Text!, at);
        // Branches repeat the beginning of their answer: a small file must not become a large one.
        _written += piece.Text.Length;
        if (_written > MaxWritten)
        {
            throw new ConvoException(ProblemKind.TooLarge, "too_large", "The chat's branches hold too much text.") { Field = node.Path };
        }

        if (!isAnswer || EndsHere(node))
        {
            Emit(node, piece);
        }

        return isAnswer ? new Step(null!, piece.ParentKey, piece, at) : new Step(null!, node.Id, null, at);
    }

    /// <summary>An answer goes on where its only continuations are answers: then this is a piece of it.</summary>
    private bool EndsHere(ChatGptNode node)
    {
        var (answers, others) = (0, 0);
        var open = new Stack<ChatGptNode>(_children.GetValueOrDefault(node.Id) ?? []);
        while (open.TryPop(out var below))
        {
            if (below.IsShown)
            {
                answers += below.Role == MessageRole.Assistant ? 1 : 0;
                others += below.Role == MessageRole.Assistant ? 0 : 1;
                continue;
            }

            foreach (var child in _children.GetValueOrDefault(below.Id) ?? [])
            {
                open.Push(child);
            }
        }

        return answers == 0 || others > 0;
    }

    private void Emit(ChatGptNode node, Piece piece)
    {
        var isAnswer = node.Role == MessageRole.Assistant;
        _messages.Add(new MessageDraft(
            node.Id, piece.ParentKey,
            new Message
            {
                Id = default,
                ThreadId = default,
                Role = node.Role!.Value,
                Content = piece.Text,
                Status = isAnswer ? node.Status.Status : MessageStatus.Complete,
                FinishReason = isAnswer ? node.Status.FinishReason : null,
                Model = isAnswer ? node.Model : null,
                CreatedAt = piece.At,
            },
            node.Path));
    }

    /// <summary>The message that stands for a node: itself, or the nearest above it. Null, so that the newest is shown, when there is none.</summary>
    private string? Shown(string? nodeId)
    {
        var emitted = _messages.Select(m => m.Key).ToHashSet();
        for (var id = nodeId; id is not null && _nodes.TryGetValue(id, out var node); id = node.ParentId)
        {
            if (emitted.Contains(id))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>A piece of an answer that may go on below.</summary>
    /// <param name="Key">Of its last node.</param>
    private sealed record Piece(string Key, string? ParentKey, string Text, DateTimeOffset At);

    /// <param name="ParentKey">The message above.</param>
    /// <param name="Piece">The unfinished or finished answer right above, null when that was a person's message.</param>
    private sealed record Step(ChatGptNode Node, string? ParentKey, Piece? Piece, DateTimeOffset At);
}

using System.Text;
using Virtward.Core.Time;
using Virtward.Guard.Fail2Ban.Engine;
using Xunit;

namespace Virtward.Tests.Guard.Fail2Ban;

public sealed class ConnectionsTests
{
    private static readonly UnixTime Start = UnixTime.FromSeconds(1_700_000_000);

    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    [InlineData(5_000)]
    public void Lines_are_joined_as_by_a_table_and_a_queue(int ids)
    {
        var random = new Random(ids);
        var connections = new Connections();
        var model = new Model();
        for (int round = 0; round < 30_000; round++)
        {
            string id = $"host sshd[{random.Next(ids)}]: ";
            string user = random.Next(3) == 0 ? "" : $"user{random.Next(3)}";
            bool forget = random.Next(5) == 0;
            bool gained = random.Next(9) == 0;
            bool harmless = random.Next(3) == 0;
            UnixTime time = Start + TimeSpan.FromSeconds(round / 20);

            Failure line = connections.Line();
            line.Time = time;
            Set(line, Field.Connection, id);
            Set(line, Field.User, user);
            Set(line, Field.Forget, forget ? "bye" : "");
            Set(line, Field.Gained, gained ? "welcome" : "");
            Set(line, Field.Harmless, harmless ? "hello" : "");
            line.Pending = random.Next(6) == 0;
            State expected = model.Merge(id, user, forget, gained, harmless, line.Pending, time);
            Failure merged = connections.Merge(line, 1);
            Assert.Equal(
                (expected.Lines, expected.Helpers, expected.Harmless, expected.Gained, expected.Pending, expected.First, string.Join(',', expected.Users)),
                (merged.Lines, merged.HelperLines, merged.Harmless, merged.Gained, merged.Pending, merged.FirstUser, string.Join(',', (merged.Users ?? []).Order())));
            Assert.Equal(user, merged.User);
            Assert.Equal(id, merged.Fields[(int)Field.Connection]);
        }

        static void Set(Failure line, Field field, string text) => line.Fields.Set((int)field, Encoding.UTF8.GetBytes(text));
    }

    private sealed class State
    {
        public UnixTime Since;
        public int Lines;
        public int Helpers;
        public bool Harmless;
        public bool Gained;
        public bool Pending;
        public string? First;
        public SortedSet<string> Users = [];
    }

    /// <summary>The same with strings, objects and the library's tables.</summary>
    private sealed class Model
    {
        private readonly Dictionary<string, State> _byId = [];
        private readonly Queue<(string Id, State State)> _byAge = new();

        public State Merge(string id, string user, bool forget, bool gained, bool harmless, bool pending, UnixTime time)
        {
            harmless |= gained;
            var state = new State { Since = time, Pending = pending };
            if (_byId.TryGetValue(id, out State? known) && time - known.Since > Connections.MaxAge)
            {
                _byId.Remove(id);
                known = null;
            }

            if (known is not null)
            {
                state = known;
                Add(state, user);
                bool was = state.Harmless || state.Gained;
                state.Pending &= !gained;
                state.Lines = !was && !state.Pending ? 0 : state.Lines;
                if (forget)
                {
                    _byId.Remove(id);
                }
            }
            else if (!forget)
            {
                Add(state, user);
                if (_byAge.Count >= Connections.MaxCount)
                {
                    (string oldest, State old) = _byAge.Dequeue();
                    if (_byId.GetValueOrDefault(oldest) == old)
                    {
                        _byId.Remove(oldest);
                    }
                }

                _byId[id] = state;
                _byAge.Enqueue((id, state));
            }

            if (state.Pending || state.Users.Count > 0)
            {
                (state.Pending, harmless, gained) = (false, false, false);
            }

            if (!harmless)
            {
                state.Lines += state.Helpers + 1;
                state.Helpers = 0;
            }
            else if (!forget)
            {
                state.Helpers++;
            }

            (state.Harmless, state.Gained) = (harmless, gained);
            return state;
        }

        private static void Add(State state, string user)
        {
            if (user.Length > 0 && state.First is { } first && (user != first || state.Users.Count > 0))
            {
                state.Users.Add(first);
                state.Users.Add(user);
            }

            state.First ??= user.Length == 0 ? null : user;
        }
    }
}

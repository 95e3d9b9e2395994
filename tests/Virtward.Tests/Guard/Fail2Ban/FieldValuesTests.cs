using System.Text;
using Virtward.Guard.Fail2Ban.Engine;
using Xunit;

namespace Virtward.Tests.Guard.Fail2Ban;

public sealed class FieldValuesTests
{
    [Fact]
    public void It_holds_what_a_table_of_strings_holds()
    {
        var random = new Random(3);
        var values = new FieldValues();
        var model = new string?[FieldValues.Count];
        for (int round = 0; round < 20_000; round++)
        {
            switch (random.Next(12))
            {
                case 0:
                    values.Clear();
                    Array.Clear(model);
                    break;
                case 1:
                    var later = new FieldValues();
                    for (int field = 0; field < FieldValues.Count; field++)
                    {
                        if (random.Next(2) == 0)
                        {
                            later.Set(field, Encoding.UTF8.GetBytes(model[field] = Text(random)));
                        }
                    }

                    values.Update(later);
                    break;
                default:
                    int one = random.Next(FieldValues.Count);
                    values.Set(one, Encoding.UTF8.GetBytes(model[one] = Text(random)));
                    break;
            }

            for (int field = 0; field < FieldValues.Count; field++)
            {
                Assert.Equal(model[field], values[field]);
                Assert.Equal(model[field] is not null, values.Took((Field)field));
                Assert.Equal(model[field] is { Length: > 0 }, values.Has((Field)field));
                Assert.Equal(model[field] ?? "", Encoding.UTF8.GetString(values.Bytes((Field)field)));
            }
        }
    }

    private static string Text(Random random) => new((char)random.Next('a', 'z'), random.Next(20) == 0 ? random.Next(700) : random.Next(24));
}

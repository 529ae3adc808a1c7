const TEXT = `
# names
nosuch
nosuch.field.other
nosuch(1)
nosuch.method(1)
math.nosuch(1)
R.attr.nosuch(1)
R.id.nosuch(1)
"a".nosuch()
R.foo
P.nosuch == 1
has(R.foo)
R.?foo == 1
int
duration
dyn == 1
google.protobuf.Timestamp == 1
google.protobuf.Duration == type(duration("1s"))
cerbos.engine.v1.Request == 1
list == 1
map == 1
null_type == 1
type == 1
optional_type == 1
net.CIDR == 1
cerbos.lib.hierarchy == 1
cerbos.lib.spiffeID == 1
.R.id == .P.id
nosuch == 1 || 1 == 1.0 || nosuch2 == 2
# the variables
R == 1
P == 1
request == 1
runtime == 1
request.principal == P
request.resource.kind == "a"
request.auxData == 1
request.aux_data == 1
request.auxData.jwt == 1
request.auxData.jwt.sub == 1
request.auxData.jwts == 1
request.auxData.jwts.x == 1
request.auxData.jwts.x.claims.sub == "a"
request.auxData.jwts["x"].claims == 1
R.attr == 1
R.attr["x"] == 1
R.attr[1] == 1
R["attr"] == 1
R.id[0] == "a"
R.policyVersion == 1 || R.policy_version == 2
P.roles == 1
P.roles[0] == 1
P.roles["a"] == 1
P.roles.x == 1
"admin" in P.roles
1 in P.roles
runtime.effectiveDerivedRoles == 1
runtime.effective_derived_roles == 1
V == 1
constants == 1
globals == 1
V["x"] == 1
"x" in V
G.?x == 1
"x" in R.attr
1 in R.attr
"x" in R
# fields
"a".b == 1
1.b == 1
[1].b == 1
has("a".b)
has(R.attr.x.y.z)
has(G.x.y)
[].length
{"a": 1}.a == "x"
{1: 1}.a == "x"
dyn(1).a.b == "x"
now().x == 1
# operators
1 == 1.0
1u == 1
1 != 1u
1 == "a"
true == 1
1 + 1.0 == 2.0
1 + "a" == 1
"a" + 1 == "a"
[1] + ["a"] == 1
[1] + [2] == 1
[] + [1] == "a"
1 - 1u == 1
1 * 1.5 == 1.0
1 / 2.0 == 1.0
5.0 % 2.0 == 1.0
5 % 2 == "a"
-"a" == "a"
-1u == 1
-R.attr.x == "a"
!1
!R.attr.x
!R.id
1 < 1.0 && 1u < 1 && 1 <= 1u && 1.0 >= 1
1 < "a"
"a" < "b" && b"a" < b"b" && true < false
null < null
[1] < [2]
1 && true
true || "a"
"a" || 1
R.attr.x && R.attr.y || P.attr.z
R.id && true
true ? 1 : "a"
1 ? 1 : 2
(true ? R.attr.x : 1) == "a"
(true ? 1 : R.attr.x) == "a"
(true ? [] : [1]) == "a"
(true ? null : R) == 1
(true ? null : 1) == 1
R.attr.x + 1 == "a"
R.attr.x + R.attr.y == "a"
R.attr.x == 1 && 1 == "a"
# null
1 == null
"a" == null
true == null
[1] == null
R.attr == null
null == R
V == null
now() == null
duration("1s") == null
optional.of(1) == null
hierarchy("a") == null
type(1) == null
R.attr.x == null
# literals
[1, "a"] == 1
[1, null] == "x"
[null, 1] == "x"
[null, R] == "x"
[R, null] == "x"
[now(), null] == "x"
[[1], []] == "x"
[[], [1]] == "x"
[[1], ["a"]] == "x"
[[1], [R.attr.x]] == "x"
[R.attr.x, 1] == "x"
[{"a": 1}, {}] == "x"
[type(1), type("a")] == "x"
[1, 2u, 3.0] == "x"
{1: "a", "b": 2} == 1
{"a": 1, "b": "c"} == 1
{1: null, 2: 1} == "x"
{} == 1
[] == 1
{} == []
1 in [1.0]
1 in {1.0: 1}
"a" in [1]
1 in [R.attr.x]
1 in [1, "a"]
[1] in [[1]]
1 in 1
{"a": 1}["a"] == "x"
{"a": 1}[1] == 1
[1]["a"] == 1
[1][1u] == 1
[1][1.0] == 1
[1][R.attr.x] == "a"
R.attr.list[0] == 1
R.attr.x["a"][0]["b"] == 1
# comprehensions
1.all(x, x)
"a".all(x, x)
R.all(x, x)
[1].all(x, x)
[1].exists(x, y)
[1].exists(x, x == "a")
[1].exists(x, x.y)
["a"].exists(x, x == R.id) && x == 1
[1].map(x, x) == "a"
[1].map(x, x > 0, "a") == 1
[1].map(x, "a", x) == 1
R.attr.x.map(x, x) == "a"
R.attr.x.filter(x, x.y > 1) == "a"
[1].filter(x, x) == 1
[1].filter(x, x > 1) == "a"
{"a": 1}.map(k, k) == 1
{"a": 1}.all(k, k == 1)
[1].exists_one(x, x == "a")
[1, "a"].exists(x, x == 1)
[[1]].exists(x, x.exists(y, y == "a"))
[1].map(x, [x, x]).map(x, [x, x]) == 1
[].map(x, [].map(y, x in y && y in x)) == []
[].map(x, [x, 1, "a"].size() > 0 && x == "str") == 1
{}.map(c, [c, type(c)]) == 1
P.roles.exists(r, r == 1)
[1].exists(R, R == 1) && R.id == "a"
# functions
size(1)
1.size() == 1
size("a") == "a"
"a".size() == "a"
size(R.attr.x) == "a"
size("a", "b")
size() == 1
"a".contains(1)
R.attr.x.contains("a")
R.attr.x.contains(1)
R.id.startsWith("a", "b")
startsWith("a", "b")
[1].contains(1)
matches("a", "b")
int("a") == "a"
int(true)
uint(R.attr.x) == 1
double(1) == 1
string(R)
string(null)
string([1])
bool(1)
bytes(1)
bytes("a") == "a"
timestamp("2024-01-01T00:00:00Z") == 1
timestamp(1) == 1
timestamp(1.0)
duration(1)
dyn(1) == "a"
type(1) == int
type(1) == string
type(1) == 1
type(R.attr.x) == string
now() == 1
now() - now() == 1
now() - duration("1h") == 1
now() + 1
duration("1h") + duration("1h") == 1
duration("1h") > 1
duration("1h") * 2
now().getHours() == "a"
now().getHours("UTC") == "a"
now().getHours(1)
duration("1h").getHours() == "a"
duration("1h").getFullYear()
duration("1h").getHours("UTC")
timeSince(now()) == 1
now().timeSince() == 1
intersect([1], ["a"]) == "x"
intersect([1], [2]) == "x"
["a"].intersect([2]) == "x"
["a"].except([2]) == "x"
hasIntersection(P.roles, ["a"]) == 1
hasIntersection(P.roles, [1])
P.roles.isSubset(R.attr.x) == 1
hierarchy("a") == 1
hierarchy("a").ancestorOf("b")
hierarchy("a").ancestorOf(hierarchy("b")) == 1
hierarchy(1)
"1.2.3.4".inIPAddrRange("1.2.3.0/24") == 1
R.attr.x.inIPAddrRange(1)
id(1) == "a"
# a free type variable becomes what the first overload takes
[].map(x, -x) == "a"
[].map(x, x + x) == "a"
[].map(x, x - x) == "a"
[].map(x, x * x) == "a"
[].map(x, x / x) == "a"
[].map(x, x % x) == "a"
[].map(x, x < x ? x : x) == "a"
[].map(x, x <= x ? x : x) == "a"
[].map(x, x > x ? x : x) == "a"
[].map(x, x >= x ? x : x) == "a"
[].map(x, size(x) > 0 ? x : x) == "a"
[].map(x, x.size() > 0 ? x : x) == "a"
[].map(x, int(x) > 0 ? x : x) == "a"
[].map(x, uint(x) > 0u ? x : x) == "a"
[].map(x, double(x) > 0.0 ? x : x) == "a"
[].map(x, string(x) > "" ? x : x) == "a"
[].map(x, bytes(x) > b"" ? x : x) == "a"
[].map(x, bool(x) ? x : x) == "a"
[].map(x, timestamp(x) > now() ? x : x) == "a"
[].map(x, duration(x) > duration("1s") ? x : x) == "a"
[].map(x, x[0] == 1 ? x : x) == "a"
[].map(x, x["a"] == 1 ? x : x) == "a"
[].map(x, x[?0] == optional.of(1) ? x : x) == "a"
[].map(x, 1 in x ? x : x) == "a"
[].map(x, x in {"a": 1} ? x : x) == "a"
[].map(x, x.getHours() > 0 ? x : x) == "a"
[].map(x, x.reverse() == [1] ? x : x) == "a"
[].map(x, x.matches("a") ? x : x) == "a"
[].map(x, timeSince(x) > duration("1s") ? x : x) == "a"
[].map(x, x.flatten() == [1] ? x : x) == "a"
[].map(x, math.abs(x) == 1 ? x : x) == "a"
[].map(x, math.bitAnd(x, x) == 1 ? x : x) == "a"
[].map(x, hierarchy(x).size() > 0 ? x : x) == "a"
[].map(x, x.indexOf("a") == 1 ? x : x) == "a"
# optionals
{"a": 1}.?a == 1
"a".?b == 1
R.?attr == 1
R.?id == 1
R.attr.?x.?y == 1
V.?foo == 1
optional.of(1) == 1
optional.of(1) == optional.of("a")
optional.none() == 1
optional.none() == optional.of(1)
[1, 2][?0] == 1
[1, 2][?"a"] == 1
{"a": 1}[?"a"] == "1"
{"a": 1}[?1] == 1
optional.of(R).attr == 1
optional.of([1])[0] == 1
optional.of({"a": 1})["a"] == 1
optional.of(1).orValue("a") == 1
optional.of(1).orValue(2) == "a"
optional.of(1).or(optional.of("a"))
optional.of(1).value() == "a"
optional.of(1).hasValue() == 1
R.attr.?x.orValue(1) == "a"
[?1]
[?optional.of(1)] == 1
[?R.attr.x] == 1
{?"a": 1} == 1
{?"a": optional.of(1)} == 1
[optional.none(), optional.of(1)] == "x"
[optional.of(1), optional.none()] == "x"
[1, optional.of(1)] == "x"
# literals that are tried
duration("x")
duration("1h1x")
duration(null)
duration("999999999h")
timestamp("x")
timestamp("2024-01-01")
timestamp(253402300800)
timestamp(dyn("x"))
timestamp(R.attr.x)
timestamp(null)
"a".matches("[")
"a".matches("(?i)a")
"a".matches("a{1001}")
"a".matches("(?<n>a)")
R.attr.x.matches("[")
matches("[", "a")
matches("a", "[")
duration("x") == duration("y") || "a".matches("[")
timestamp("x") == timestamp("y") || 1 == "a"
ip("x") == ip("y")
ip("::1%eth0") == ip("::ffff:1.2.3.4")
ip(R.attr.x) == ip("1.2.3.4")
cidr("x") == cidr("1.2.3.4/99")
cidr("1.2.3.4/008") == cidr("1.2.3.4/8")
ip.isCanonical("x") && isIP("x") && isCIDR("x")
"x".inIPAddrRange("y")
"%z".format([1]) == "a"
"%d".format(["x"]) == "a"
"a".format([1]) == "a"
"%d".format([1, 2]) == "a"
"%d %d".format([1]) == "a"
"%d".format(R.attr.x) == "a"
R.attr.x.format([1]) == "a"
"%".format([1]) == "a"
"%.2f".format([1]) == "a"
"%.2".format([1.0]) == "a"
"%.999f".format([1.0]) == "a"
"%s".format([R.attr.x]) == "a"
"%s".format([R]) == "a"
"%s".format([[1, "a", [R.attr.x, [R]]]]) == "a"
"%s".format([{"a": R}]) == "a"
"%s".format([V]) == "a"
"%s".format([hierarchy("a")]) == "a"
"%s".format([optional.of(1)]) == "a"
"%x".format([R.attr]) == "a"
"%%".format([]) == "a"
"%d%%%z".format([1]) == "a"
"%f".format(["NaN"]) == "a"
"%s".format([null]) == "a"
"%s".format([type(1)]) == "a"
"%5d".format([1]) == "a"
"%b".format([b"a"]) == "a"
"%o".format([1.0]) == "a"
"%X".format([b"a"]) == "a"
`

/** Conditions with every kind of mistake that a checker can find, and some without. */
export const CERBOS_EXPRESSIONS: readonly string[] = TEXT.split('\n').filter(
  (line) => line !== '' && !line.startsWith('# '),
)

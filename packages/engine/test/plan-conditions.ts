/** Conditions of which a part is known when a plan is made. */
export const PLAN_CONDITIONS: readonly string[] = String.raw`
R.attr.a == P.attr.missing
P.attr.missing == R.attr.a
R.attr.a == 1 || P.attr.missing == 1
R.attr.a == 1 && P.attr.missing == 1
R.attr.b ? P.id == "u1" : false
(R.attr.b ? P.id : P.attr.name) == R.attr.c
(R.attr.b ? P.attr.n + 1.0 : 2.0) > 1.0
R.attr.s.replace(P.id, "x") == "y"
R.attr.s.substring(0, 1 + 1) == P.id
P.id in [R.attr.a, P.id]
R.attr.a in [P.id, R.attr.c]
R.attr.a in {"x": 1, "y": 2}
R.attr.a in P.attr.map
P.attr.map[R.attr.k] == 1
P.attr.map[R.attr.k] > 1
1 < P.attr.map[R.attr.k]
P.attr.teams[R.attr.k].role == "OWNER"
"x" in P.attr.lists[R.attr.k]
R.attr.m[P.id] == 1
R.attr["a"] == 1
R.attr["a"].b == 1
R.attr.l[0] == 1
has(R.attr.x)
!has(R.attr.x)
has(R.attr.x) && R.attr.x == 1
has(R.attr.given)
has(R.attr.given) && R.attr.x == 1
has(R.attr.obj.z)
has(R.attr.obj.y) && R.attr.x == 1
has(R.attr.x.y)
has(P.attr.name) && R.attr.x == 1
R.attr.given == "g"
R.attr.obj.y == R.attr.x
R.attr.obj[R.attr.x] == 1
R.attr.obj["y"] == R.attr.x
R.attr == {"a": 1}
size(R.attr) > 1
R.id == "x"
R.kind == "doc" && R.attr.a == 1
R.scope == "" && R.attr.a == 1
R.policyVersion == "default"
P.policyVersion == "" && R.attr.a == 1
request.principal.id == R.attr.owner
request.resource.attr.owner == P.id
request.auxData.jwt.sub == R.attr.owner
P.roles.exists(r, r == R.attr.role)
P.roles.all(r, r != R.attr.role)
P.attr.list.exists(x, x == R.attr.a || P.id == "nobody")
P.attr.list.exists(x, R.attr.l.exists(y, y == x))
P.attr.long.exists(x, x == R.attr.a)
P.attr.list.exists_one(x, x == R.attr.a)
P.attr.list.filter(x, x == R.attr.a) == ["q"]
P.attr.list.map(x, x + R.attr.a) == ["q"]
R.attr.l.map(x, x.n > 1, x.m) == [1]
R.attr.l.map(x, x.n > 1, size(x.m)) == [1]
R.attr.l.map(x, P.id) == ["1"]
R.attr.l.filter(t, t == P.id) == [1]
R.attr.l.exists(t, t == P.id)
R.attr.l.exists(t, t.x == P.attr.missing)
R.attr.l.exists(t, P.attr.missing == t.x)
R.attr.l.all(k, v, v == P.id)
R.attr.m.exists(k, v, k == P.id && v == 1)
R.attr.l.existsOne(i, v, v == P.id)
R.attr.l.transformList(i, v, v == P.id) == []
R.attr.l.transformList(i, v, v == P.id, size(v)) == []
R.attr.m.transformMap(k, v, v == P.id) == {}
R.attr.m.transformMap(k, v, v == 1, v == P.id) == {}
R.attr.m.transformMapEntry(k, v, {k: v}) == {}
P.attr.map.exists(k, R.attr.a == k)
P.attr.map.exists(k, v, R.attr.a == k && R.attr.b == v)
{"a": R.attr.a}.a == 1
{"a": R.attr.a} == {"a": 1}
{"a": 1}[R.attr.k] == 1
[1, 2][R.attr.k] == 1
[R.attr.a, P.id].exists(x, x == "q")
[R.attr.a] == [P.id]
math.greatest(R.attr.a, 1, 2) > 1
math.greatest(R.attr.a, P.attr.n) > 1
math.greatest(R.attr.a, P.attr.name) > 1.0
math.abs(R.attr.a) > 1
R.attr.n > P.attr.missing
R.attr.s.startsWith(P.attr.missing)
P.attr.missing in R.attr.l
hasIntersection(R.attr.a, P.attr.missing)
hasIntersection(P.attr.missing, R.attr.a)
hasIntersection(P.attr.name, P.attr.missing)
hasIntersection(P.attr.missing, P.attr.teams)
R.attr.a.isSubset(P.attr.missing)
except(R.attr.a, P.attr.missing) == []
sets.intersects(R.attr.a, P.attr.missing)
R.attr.s.replace("a", P.attr.missing) == "y"
[R.attr.a, P.attr.missing] == [1]
hierarchy(R.attr.h).ancestorOf(hierarchy(P.attr.h))
timestamp(R.attr.t) < now()
timestamp(R.attr.t) - duration("1h") < timestamp("2024-01-01T00:00:00Z")
now() - timestamp(R.attr.t) > duration("90m")
timeSince(timestamp(R.attr.t)) > duration("1h")
R.attr.s.matches("^a")
R.attr.s.contains(P.attr.name)
R.attr.ip.inIPAddrRange("10.0.0.0/8")
type(R.attr.a) == string
R.attr.a + 1 > 5
R.attr.a + 1u > 5u
R.attr.a - P.attr.n > 5.0
-R.attr.a < 1.0
R.attr.a % 2 == 1
int(R.attr.a) / 2 == 1
b"abc" == R.attr.a
R.attr.a == null
R.attr.a != null
R.attr.flag
!R.attr.flag
R.attr.a && R.attr.b && R.attr.c
R.attr.a && R.attr.b && R.attr.c && R.attr.d
R.attr.a || R.attr.b || R.attr.c || R.attr.d || R.attr.e
!(R.attr.a == 1 || R.attr.b == 2)
true && R.attr.a
false || R.attr.a == 1
R.attr.a == 1 ? true : R.attr.b
R.attr.a in []
R.attr.a in [1]
R.attr.a in ["x"]
R.attr.a in P.attr.list
P.id in R.attr.l
R.attr.a in P.attr.name
[1,2,3].exists(x, x == R.attr.a)
[1,2,3].all(x, x > R.attr.a && P.attr.n > 0.0)
sets.intersects(R.attr.l, ["a"])
R.attr.l.hasIntersection(["a", P.id])
intersect(R.attr.l, ["a"]) == []
R.attr.s.lowerAscii() == P.attr.name.lowerAscii()
R.attr.a == G.env
R.attr.a == G.missing
R.attr.a == C.k
R.attr.a == V.v
V.isOwner
V.nested && R.attr.a == 1
V.bad || R.attr.a == 1
R.attr.?x.orValue("q") == "q"
R.attr[?"x"].orValue("q") == "q"
P.attr.?x.orValue("q") == R.attr.a
[?P.attr.?x, R.attr.a].exists(z, z == 1)
cel.bind(x, R.attr.a, x == 1)
cel.bind(x, P.id, x == R.attr.a)
R.attr.l.sortBy(x, x) == []
P.attr.list.sortBy(x, x) == R.attr.l
1.0/0.0 == R.attr.a
R.attr.b ? R.attr.a > 0.0/0.0 : false
R.attr.b ? R.attr.a > 1.0/2.0 : false
R.attr.b ? R.attr.a == ("a" + "b") : false
R.attr.b ? R.attr.a == P.id + "b" : false
R.attr.s == string(1)
R.attr.a == 9007199254740993
R.attr.a == 1e300
R.attr.a == -0.0
R.attr.a == "q\"uo\u00e9<>&"
R.attr.a.b.c == 1
R.attr.a.b[0].c == 1
R.attr.a[P.id].c == 1
R.attr.a == P.attr
P.attr.obj == R.attr.a
P.attr.obj.x == R.attr.a
request.resource == R
P.attr == R.attr
"a" in R.attr
R.attr.exists(k, k == "a")
R.attr.a.exists(x, x.b.exists(y, y == P.id))
R.attr.a.exists(x, P.attr.list.exists(y, y == x))
R.attr.a.all(x, x in P.attr.list)
R.attr.a.exists(x, x == R.attr.given)
R.attr.a.exists(R, R == P.id)
1 == 1
P.id == "nobody"
P.id
P.attr.n
"text"
1
null
P.attr.list
R.attr.a == 1 || true
string(R.attr.a) + P.id == "x"
dyn(R.attr.a) == 1
R.attr.a == dyn(P.id)
R.attr.a == duration("1h")
R.attr.a == timestamp("2024-01-01T00:00:00.5Z")
R.attr.a == [P.id, "x"]
R.attr.a == {"k": P.id}
spiffeID(R.attr.sp).isMemberOf(spiffeTrustDomain("x"))
R.attr.a == b"x" || R.attr.b == 1
R.attr.s.split(",").exists(x, x == P.id)
R.attr.s.format([P.id]) == "x"
"%s".format([R.attr.a]) == "x"
"%s".format([P.id]) == R.attr.a
base64.encode(bytes(R.attr.s)) == "x"
R.attr.l.size() > 1
size(R.attr.l) == size(P.attr.list)
R.attr.l + P.attr.list == []
R.attr.l.distinct() == []
R.attr.l.slice(0, 1) == [P.id]
R.attr.l.flatten() == []
lists.range(3).exists(x, x == R.attr.a)
R.attr.a == 1 ? P.id == "u1" : R.attr.b == P.id
(P.id == "u1" ? R.attr.a : R.attr.b) == 1
(P.id == "u2" ? R.attr.a : R.attr.b) == 1
(P.attr.missing == 1 ? R.attr.a : R.attr.b) == 1
R.attr.x == runtime.effectiveDerivedRoles
"owner" in runtime.effectiveDerivedRoles
runtime.effectiveDerivedRoles.exists(r, r == "owner")
"b2" in runtime.effectiveDerivedRoles
"nope" in runtime.effectiveDerivedRoles
size(runtime.effectiveDerivedRoles) > 1
runtime.effectiveDerivedRoles == ["owner"]
`
  .split('\n')
  .filter((line) => line !== '')

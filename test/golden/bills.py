"""Three hundred bills worked out without our code: `python3 test/golden/bills.py > test/golden/bills.json`. Decimal arithmetic, every step in the open.

A case says tariff, month and a seed; use follows from it: quarter hour i of the month draws ((i * 7919 + seed * 104729) mod 977) / 100 kWh (after `change_at`, another CT: times `ratio`).
"""
import datetime as dt
import json
from decimal import ROUND_HALF_UP, Decimal as D, getcontext
from zoneinfo import ZoneInfo

getcontext().prec = 40
CENT, HUNDREDTH = D("0.01"), D("0.01")


def half_up(value, step=CENT):
    # away from nothing at a half, as on a bill
    return value.quantize(step, rounding=ROUND_HALF_UP)


def quarters(zone, year, month):
    here = ZoneInfo(zone)
    begin = dt.datetime(year, month, 1, tzinfo=here).astimezone(dt.timezone.utc)
    end = dt.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=here).astimezone(dt.timezone.utc)
    while begin < end:
        yield begin.astimezone(here)
        begin += dt.timedelta(minutes=15)


def use_of(case, i):
    kwh = D((i * 7919 + case["seed"] * 104729) % 977) / 100
    return kwh * case["ratio"] if i >= case["change_at"] else kwh


def inside(span, minutes):
    a, b = [int(x[:2]) * 60 + int(x[3:]) for x in span.split("-")]
    return a <= minutes < b if a < b else minutes >= a or minutes < b


def period_of(version, holidays, wall):
    kind = "holiday" if wall.date().isoformat() in holidays else "weekend" if wall.weekday() >= 5 else "workday"
    for one in version["energy"]["schedules"]:
        if "months" in one and wall.month not in one["months"]:
            continue
        if "days" in one and one["days"] != kind:
            continue
        for name in ["sharp", "peak", "flat", "valley", "deep"]:
            if any(inside(span, wall.hour * 60 + wall.minute) for span in one["hours"].get(name, [])):
                return name
        return "flat"
    return "flat"


REWARD = {
    "0.90": {91: "-0.15", 92: "-0.30", 93: "-0.45", 94: "-0.60", 95: "-0.75"},
    "0.85": {86: "-0.1", 87: "-0.2", 88: "-0.3", 89: "-0.4", 90: "-0.5", 91: "-0.65", 92: "-0.80", 93: "-0.95", 94: "-1.10"},
    "0.80": {**{81 + k: f"-{(k + 1) / 10}" for k in range(10)}, 91: "-1.15", 92: "-1.3"},
}


def adjustment(standard, factor):
    at, f = int(D(standard) * 100), int(factor * 100)
    if f >= at:
        table = REWARD[standard]
        return D(0) if f == at else D(table[min(f, max(table))])
    rate = D(0)
    for step in range(at - 1, f - 1, -1):
        below = at - step
        rate += D("0.5") if below <= 20 else D(1) if below <= 25 else D(2)
    return rate


def bill(case):
    tariff, (year, month) = case["tariff"], map(int, case["month"].split("-"))
    versions = sorted(tariff["versions"], key=lambda v: v["from"])
    first = dt.date(year, month, 1)
    after = dt.date(year + month // 12, month % 12 + 1, 1)
    days = (after - first).days
    slots = [(wall, use_of(case, i)) for i, wall in enumerate(quarters(tariff["timezone"], year, month))]
    total_kwh, peak = sum(kwh for _, kwh in slots), max(kwh for _, kwh in slots) * 4
    lines, base, used = [], D(0), D(0)

    def add(name, quantity, price, adjusted, share=D(1)):
        nonlocal base
        amount = half_up(quantity * price * share)
        lines.append([name, str(quantity), str(amount)])
        if adjusted:
            base += amount

    for k, version in enumerate(versions):
        begin = max(first, dt.date.fromisoformat(version["from"]))
        stop = min(after, dt.date.fromisoformat(versions[k + 1]["from"])) if k + 1 < len(versions) else after
        if stop <= begin:
            continue
        mine = [(wall, kwh) for wall, kwh in slots if begin <= wall.date() < stop]
        here = half_up(sum((kwh for _, kwh in mine), D(0)), HUNDREDTH)
        energy = version["energy"]
        if "schedules" in energy:
            for name in ["sharp", "peak", "flat", "valley", "deep"]:
                part = [kwh for wall, kwh in mine if period_of(version, tariff["calendar"], wall) == name]
                if part:
                    add(name, half_up(sum(part), HUNDREDTH), D(str(energy["prices"][name])), True)
        elif "tiers" in energy:
            low = D(0)
            for j, tier in enumerate(energy["tiers"]):
                high = D(str(tier["up_to"])) if "up_to" in tier else used + here
                quantity = min(high, used + here) - max(low, used)
                low = high
                if quantity > 0:
                    add(f"tier-{j + 1}", quantity, D(str(tier["price"])), True)
        else:
            add("energy", here, D(str(energy["price"])), True)
        used += here
        for adder in version.get("adders", []):
            add(adder["id"], here, D(str(adder["price"])), adder["adjusted"])
        basic = version.get("basic")
        if basic:
            share, price = D((stop - begin).days) / D(days), D(str(basic["price"]))
            if basic["kind"] == "capacity":
                add("capacity", half_up(D(str(basic["capacity_kva"]))), price, True, share)
            else:
                if "busy" in basic and total_kwh / D(str(basic["capacity_kva"])) >= D(str(basic["busy"]["kwh_per_kva"])):
                    price *= D(str(basic["busy"]["share"]))
                top = half_up(peak, HUNDREDTH)
                if basic["kind"] == "demand":
                    add("demand", top, price, True, share)
                else:
                    contract = half_up(max(D(str(basic["contract_kw"])), D("0.4") * D(str(basic["capacity_kva"]))), HUNDREDTH)
                    add("contract", contract, price, True, share)
                    limit = half_up(contract * D("1.05"), HUNDREDTH)
                    if top > limit:
                        add("over-contract", top - limit, price * 2, True, share)
        standard = version.get("power_factor", {}).get("standard")
    if standard:
        kvarh = D(str(case["kvarh"]))
        factor = half_up(total_kwh / (total_kwh * total_kwh + kvarh * kvarh).sqrt())
        lines.append(["power-factor", str(base), str(half_up(base * adjustment(standard, factor) / 100))])
    return {"lines": lines, "total": str(sum(D(amount) for _, _, amount in lines))}


def price(seed, k, low, high):
    return (low + (seed * 7907 + k * 31337) % (high - low)) / 1_000_000


def case(seed):
    # Berlin has days of 23 and 25 hours (March, October), Shanghai has none.
    zone = "Europe/Berlin" if seed % 3 == 0 else "Asia/Shanghai"
    month = [3, 10, 2, 7][seed % 4] if zone == "Europe/Berlin" else seed % 12 + 1
    year = 2026

    def version(begin, k):
        kind = seed % 5
        periods = {
            "prices": {"sharp": price(seed, k, 1_000_000, 1_500_000), "peak": price(seed, k + 1, 800_000, 1_200_000), "flat": price(seed, k + 2, 500_000, 800_000), "valley": price(seed, k + 3, 200_000, 400_000), "deep": price(seed, k + 4, 50_000, 200_000)},
            "schedules": [
                {"months": [7, 8, 12], "hours": {"sharp": ["11:00-13:00"], "peak": ["08:00-11:00", "18:00-21:30"], "valley": ["22:00-06:00"]}},
                {"days": "holiday", "hours": {"deep": ["10:00-14:00"], "valley": ["23:00-07:00"]}},
                {"days": "weekend", "hours": {"peak": ["18:00-21:00"], "valley": ["00:00-08:00", "12:00-14:15"]}},
                {"hours": {"peak": ["08:00-11:00", "18:00-21:00"], "valley": ["21:00-08:00"]}},
            ],
        }
        energy = periods if kind < 3 else {"tiers": [{"up_to": 3000, "price": price(seed, k, 3_000_000, 5_000_000)}, {"up_to": 9000, "price": price(seed, k + 1, 6_000_000, 9_000_000)}, {"price": 12.345}]} if kind == 3 else {"price": price(seed, k, 400_000, 900_000)}
        out = {"from": begin, "energy": energy, "adders": [{"id": "transmission", "name": {"zh": "输配", "en": "T&D"}, "price": price(seed, k + 5, 100_000, 200_000), "adjusted": True}, {"id": "funds", "name": {"zh": "基金", "en": "funds"}, "price": 0.029115, "adjusted": False}]}
        basic = seed % 4
        if basic == 1:
            out["basic"] = {"kind": "capacity", "price": 25.5, "capacity_kva": 100 + seed % 7 * 50}
        elif basic == 2:
            out["basic"] = {"kind": "demand", "price": 40.8, "capacity_kva": 30 + seed % 60, "busy": {"kwh_per_kva": 260, "share": 0.9}}
        elif basic == 3:
            out["basic"] = {"kind": "contract", "price": 38.4, "contract_kw": 20 + seed % 40, "capacity_kva": 60 + seed % 30, "busy": {"kwh_per_kva": 260, "share": 0.9}}
        if seed % 2:
            out["power_factor"] = {"standard": ["0.90", "0.85", "0.80"][seed % 3]}
        return out

    versions = [version("2025-01-01", 0)]
    if seed % 3 != 1:
        versions.append(version(f"{year}-{month:02d}-{2 + seed % 25:02d}", 7))
    tariff = {"id": f"golden-{seed}", "name": {"zh": "算例", "en": "golden"}, "region": {"zh": "算例", "en": "golden"}, "medium": "electricity", "timezone": zone, "calendar": [f"{year}-{month:02d}-{3 + seed % 9:02d}"], "source": "worked out here", "confidence": "A", "versions": versions}
    one = {"seed": seed, "month": f"{year}-{month:02d}", "tariff": tariff, "change_at": 900 + seed % 1500 if seed % 2 else 10**9, "ratio": 2 + seed % 3, "kvarh": 500 + seed * 211 % 30000}
    return {**one, "expected": bill(one)}


if __name__ == "__main__":
    print("[\n" + ",\n".join(json.dumps(case(seed), ensure_ascii=False) for seed in range(1, 301)) + "\n]")

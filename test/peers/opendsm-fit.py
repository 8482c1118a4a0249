"""Fits OpenDSM to the same files as `plantroom energy savings` and prints what it found, one JSON line each: B0 B1 R0 R1 (moments, ends excluded), then METHOD METER TEMPERATURE as often as wanted (°F; °C when METHOD ends in :c): loading it takes longer than all fits."""
import json
import logging
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)
import pandas as pd
from opendsm import eemeter as em
from opendsm.common.metrics import ReportingMetrics

zone = "Asia/Shanghai"


def series(path):
    frame = pd.read_csv(path)
    frame.columns = ["time", "value"]
    frame.time = pd.to_datetime(frame.time, utc=True).dt.tz_convert(zone)
    return frame.set_index("time").value


b0, b1, r0, r1 = [pd.Timestamp(one).tz_convert(zone) for one in sys.argv[1:5]]


def fit(method, meter_file, temperature_file):
    method, _, unit = method.partition(":")
    meter, temperature = series(meter_file), series(temperature_file)
    if unit == "c":
        temperature = temperature * 1.8 + 32
    cut = lambda one, a, b: one[(one.index >= a) & (one.index < b)]
    # Bills are cut to where the temperature ends: the row that closes the last one needs some of it.
    warm = lambda a, b: cut(temperature, a, b + pd.Timedelta(hours=1) if method == "billing" else b)
    # A bill ends where the next one begins: the row at the end closes the last one.
    meter_cut = lambda a, b: meter[(meter.index >= a) & (meter.index <= b)].astype(float) if method == "billing" else cut(meter, a, b)
    kinds = {
        "daily": (em.DailyBaselineData, em.DailyReportingData, em.DailyModel),
        "billing": (em.BillingBaselineData, em.BillingReportingData, em.BillingModel),
    }
    base_kind, report_kind, model_kind = kinds[method]
    baseline = base_kind.from_series(meter_cut(b0, b1), warm(b0, b1), is_electricity_data=True)
    reporting = report_kind.from_series(meter_cut(r0, r1), warm(r0, r1), is_electricity_data=True)
    model = model_kind().fit(baseline, ignore_disqualification=True)
    told = model.predict(reporting, ignore_disqualification=True)
    told = told[told.observed.notna() & told.predicted.notna()]
    metrics = model.baseline_metrics
    report = ReportingMetrics(baseline_metrics=metrics, reporting_df=told, data_frequency=method)
    print(
        json.dumps(
            {
                "n": float(metrics.n),
                "cvrmse": float(metrics.cvrmse_adj),
                "counterfactual": float(told.predicted.sum()),
                "saved": float(report.savings),
                "uncertainty": float(report.total_savings_uncertainty),
                "effective": float(metrics.n_prime),
                "p": float(metrics.num_model_params),
                "points": len(told),
                "parts": model.best_combination,
                "coefficients": {k: {n: v for n, v in s["coefficients"].items() if isinstance(v, float)} for k, s in model.to_dict()["submodels"].items()},
            }
        ),
        flush=True,
    )


for at in range(5, len(sys.argv), 3):
    fit(*sys.argv[at : at + 3])

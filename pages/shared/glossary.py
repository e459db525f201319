"""One sentence for every term of the trade: the help behind each question mark."""

from types import MappingProxyType

from pages.shared.manual import address_of

GLOSSARY = MappingProxyType(
    {
        "adstock": "How much of a period's media pressure is still felt in the periods after it.",
        "algorithm": "How new candidates are proposed from earlier ones. NSGA2 is the fastest; TwoPointsDE is what Robyn uses.",
        "alpha": "Shape of the response: below 1 every extra unit brings less; above 1 small spends bring little at first.",
        "averaged": "The average over many plausible models, weighed by how well each goes with the data and the prior.",
        "backtest": "Forecasts as if made at past dates, with nothing known but what was known then, against what came.",
        "baseline": "What would have been sold without any media: trend, season, holidays, context and the constant part.",
        "before_after": "The same run with the same seed, once with your studies and once without: only the studies differ.",
        "break_even": "Outcome per unit of spend at which a channel pays for itself: 1 divided by the margin.",
        "budget_aim": "What counts when models disagree: their average, or what only the most cautious of them expect.",
        "budget_freedom": "How far a channel without limits of its own may move from what it spends today.",
        "budget_history": "The periods whose mean spend the plan starts from: what is called today.",
        "budget_models": "The plan is made over all of these models at once; the more of them agree, the safer the move.",
        "calendar": "Your own special days, used instead of the public holidays of a country.",
        "candidate": "One model: a set of adstock, saturation and shrinkage values, fitted to your data and scored.",
        "carry_over": "The part of a channel's contribution that comes from earlier periods' spend.",
        "cluster": "Models on the fronts that resemble each other: one kind of explanation of the same history.",
        "context": "Anything else that moves the outcome: prices, competitors, promotions, weather.",
        "convergence": "Whether the search has settled: later candidates are no longer clearly better than earlier ones.",
        "cores": "How many processes search at the same time. The result is the same for any number.",
        "decomp_rssd": "Business error (DECOMP.RSSD): how far effect shares are from spend shares; lower is more plausible.",
        "decomp_rssd_refresh": "How far shares are from those of the old model, which a refresh stays near (DECOMP.RSSD).",
        "detectable": "The smallest ROAS that these data would tell from nothing in four of five cases, before any run.",
        "effect_share": "A channel's part of everything that paid media brought.",
        "event": "A one-off cause gets a column of its own, so that it does not blur what media brought.",
        "exposure": "Impressions, clicks or GRPs of a paid channel: often closer to what people saw than the money spent.",
        "front": "Candidates that no other candidate beats on both fit and plausibility (the Pareto front).",
        "gamma": "Where the response bends: the pressure, as a share of its range, at which half of the maximum is reached.",
        "half_life": "After how many periods half of a channel's pressure has faded.",
        "holdout": "How far a model misses the last fifth of the periods when it is fitted to those before them alone.",
        "horizon": "How many periods are foretold at each date; dates lie as far apart, so that no period is foretold twice.",
        "intercept": "The constant part of the baseline.",
        "iterations": "Candidates tried in each trial.",
        "lambda": "Shrinkage: pulls coefficients towards zero, so that correlated channels share the credit.",
        "extrapolation": "Beyond what was ever spent in one period, a curve is a guess that no data support.",
        "leave_out": "These periods are not used for the fit; spend before them still carries over into the periods after.",
        "left_out": "A model that has not seen a study predicts it: is that within two standard errors of what was measured?",
        "lift_study": "An experiment that changed spend on purpose and measured what it brought: what a model is calibrated on.",
        "lock": "The channel keeps exactly what it spends today.",
        "margin": "Profit before media per unit of outcome: with 25% a channel has to bring 4 per unit of spend to break even.",
        "mape": "How far a model is from what lift studies measured, as a share, on average over the studies (MAPE.LIFT).",
        "marginal_roas": "What the next unit of spend brings where a channel stands now.",
        "nrmse": "Fit error (NRMSE): the typical miss of the model divided by the range of the outcome; lower is better.",
        "outcome": "What you want to explain: revenue or conversions per period.",
        "outcome_kind": "Revenue is money and gives ROAS; conversions are counted and give the cost of each.",
        "past_dates": "At how many past dates a model is fitted anew: the more, the less is left to chance.",
        "penalty": "Searches a shrinkage multiplier for every column as well: more freedom, slower to settle.",
        "periods_per_parameter": "Rows of data per estimated column. Below 2 is refused, 5 is thin, 10 is comfortable.",
        "placebo": "The same spend at other times: where that would be credited with as much, the credit is not its timing's.",
        "posterior": "What is plausible after seeing the data: many models, each as likely as data and prior make it.",
        "r_hat": "Whether independent chains of the sampler tell the same: 1.00 is perfect, above 1.05 is not settled.",
        "roas": "Return on advertising spend: outcome brought divided by spend.",
        "robyn_design": "R's own trend, season and holidays (InputCollect$dt_mod); without it they are estimated here.",
        "role": "What a column is used for in the model.",
        "rssd_zero_penalty": "Candidates that credit a paid channel with nothing count as less plausible.",
        "refresh": "A finished result carried on with new rows: the old one stays, and every change is told apart by cause.",
        "refresh_freedom": "How far a parameter may leave its old value: a share of its original range, to either side.",
        "refresh_steps": "How many new periods the window moves on by at once; several steps follow the old models one by one.",
        "rsq": "Share of the ups and downs of the outcome that the model explains (adjusted R²); 1 is everything.",
        "saturation": "Each extra unit of spend brings less than the one before (diminishing returns).",
        "scale": "When the effect fades (Weibull scale): as a share of the length of the data.",
        "season": "The pattern that repeats every year.",
        "seed": "Start of the random numbers: the same seed gives exactly the same result again.",
        "shape": "How the effect fades (Weibull shape): below 1 fast at first, above 1 slow at first; PDF may peak later.",
        "sign": "Which direction a column may push the outcome. Media can only help; context may do either.",
        "silhouette": "How much nearer a model is to its own cluster than to the next: 1 far apart, 0 on the border.",
        "spend_share": "A channel's part of all paid spend.",
        "standard_error": "How exact the lift is, in its unit or as a share such as 10%: the smaller, the more the study counts.",
        "study_confidence": "How sure the test is that there is a lift, as 0.9 or 90%; used where there is no standard error.",
        "study_scope": "Total counts carry-over from before the test; immediate only what the spend of these days brought.",
        "study_spend": "What was spent in these days; only compared with your data, and told when it is more than 10% off.",
        "theta": "Share of the pressure that carries over into the next period: 0.5 halves it every period.",
        "train_size": "Share of the periods the model is fitted to; the rest checks how well it predicts.",
        "trend": "Slow growth or decline that has nothing to do with media.",
        "trust_card": "The recommended answer asked again in eight ways, to see for which channels it holds.",
        "trials": "Independent searches from different starting points; results they agree on can be trusted more.",
        "validation": "Fits on the first periods and scores on later ones: guards against models that only memorise.",
        "verdict": "What may be done about a channel: act on it, test it first, or it cannot be told from these data.",
        "weekday": "The pattern of the week; only for daily data.",
        "weights": "How much fit counts against plausibility when candidates are compared; equal by default.",
        "window": "The periods that are modelled. Earlier rows still count for carry-over.",
    }
)


def sentence(name: str) -> str:
    """The sentence that explains a term, as plain text.

    Args:
        name: Key of :data:`GLOSSARY`.

    Raises:
        KeyError: The term is not in the glossary.
    """
    return GLOSSARY[name]


def term(name: str) -> str:
    """The sentence behind a term's question mark, with a link to where the methodology says more.

    Args:
        name: Key of :data:`GLOSSARY`.

    Raises:
        KeyError: The term is not in the glossary, or the methodology does not explain it.
    """
    return f"{sentence(name)} [More](/{address_of(name)})"

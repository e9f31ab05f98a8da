# What lme4 makes of the leaves that speed_pooling.py hands over, in a process of its own.
#
#     Rscript benchmarks/speed_lme4.R LEAVES RATES
#
# LEAVES is a CSV of sector, segment, trials and successes, one leaf a row; random intercepts on all three
# levels, nAGQ = 0. Writes the fitted rate of each leaf to RATES as doubles. Prints lme4's version, seconds of
# wall and of processor; reading the file and making factors is not timed.

given <- commandArgs(trailingOnly = TRUE)
suppressPackageStartupMessages(library(lme4))
leaves <- read.csv(given[1])
leaves$leaf <- factor(seq_len(nrow(leaves)))
leaves$sector <- factor(leaves$sector)
leaves$segment <- factor(leaves$segment)
started <- proc.time()
model <- glmer(cbind(successes, trials - successes) ~ 1 + (1 | sector) + (1 | segment) + (1 | leaf),
               data = leaves, family = binomial, nAGQ = 0)
rates <- fitted(model)
taken <- proc.time() - started
writeBin(as.double(rates), given[2])
cat(as.character(packageVersion("lme4")), taken[["elapsed"]], taken[["user.self"]] + taken[["sys.self"]], "\n")

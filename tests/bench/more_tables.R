# Tables that the preset was not chosen by: Rscript more_tables.R LIBRARY FOLDER writes them, gzipped, from R packages of Debian.
arguments <- commandArgs(TRUE)
loaded <- function(package) {
	data <- file.path(arguments[1], package, "data")
	e <- new.env()
	if (file.exists(file.path(data, "Rdata.rdb"))) lazyLoad(file.path(data, "Rdata"), envir = e)
	for (file in list.files(data, pattern = "\\.rda$|\\.RData$", full.names = TRUE)) load(file, envir = e)
	e
}
write <- function(name, x) write.csv(x, gzfile(file.path(arguments[2], paste0(name, ".csv.gz"))), row.names = FALSE, na = "")
thirds <- function(x) cut(x, quantile(x, c(0, 1/3, 2/3, 1)), c("low", "middle", "high"), include.lowest = TRUE)
without <- function(x, ...) x[, !names(x) %in% c(...)]
cut_in <- function(x, column) { x[[column]] <- thirds(x[[column]]); x }

m <- loaded("modeldata")
for (name in c("mlc_churn", "wa_churn", "credit_data", "lending_club", "stackoverflow", "hpc_data", "two_class_dat")) write(name, m[[name]])
write("ames", cut_in(m$ames, "Sale_Price"))
write("concrete", cut_in(m$concrete, "compressive_strength"))
write("check_times", cut_in(without(m$check_times, "package", "status"), "check_time"))
write("Sacramento", cut_in(m$Sacramento, "price"))
b <- loaded("mlbench")
write("Pima", b$PimaIndiansDiabetes2)
set.seed(1)
write("Shuttle", b$Shuttle[sample(nrow(b$Shuttle), 20000), ])
write("ticdata", loaded("kernlab")$ticdata)
write("VerbAgg", without(loaded("lme4")$VerbAgg, "resp"))
s <- loaded("laeken")$ses
write("ses", cut_in(without(s, "earningsMonth", "earnings", "earningsOvertime", "paymentsShiftWork", "weights"), "earningsHour"))
write("Males", loaded("plm")$Males)
d <- loaded("dslabs")
write("diseases", d$us_contagious_diseases)
write("gapminder", cut_in(without(d$gapminder, "continent"), "life_expectancy"))
p <- loaded("psychTools")
write("bfi", p$bfi)
write("spi", p$spi[!is.na(p$spi$sex), ])

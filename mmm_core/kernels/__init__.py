"""Arrays in, arrays out: numpy, scipy and numba only. No pandas, files, clock or logging."""

"""Fine-tuning, calibration and export of coder models; needs the `train` extra."""

#!/bin/sh
# Gradescope runs this once, when it makes the image of the autograder.
apt-get update && apt-get install -y jq

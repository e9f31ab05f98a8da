"""The steps of the main job, each called once by `project.flow`: from what a run stands on to what it keeps."""
